"""PortAudio through sounddevice: which inputs there are, and what its errors mean. Any call may block or hang."""

from typing import Any, Final

from pipeline.devices.names import Device, distinguished, find_name
from pipeline.devices.watch import Failure

_UNAVAILABLE: Final = -9985
_HOST_ERROR: Final = -9999
UNUSABLE: Final = (-9996, -9997, -9998)
"""PortAudio's codes for a device, a rate and a number of channels that cannot be had: others may."""
_HOST_FAILURES: Final[dict[int, Failure]] = {
    -1: "refused",
    -13: "refused",
    -16: "busy",
    -2: "unplugged",
    -5: "unplugged",
    -19: "unplugged",
}
"""The system's own error numbers where PortAudio passes them on: EPERM, EACCES, EBUSY, ENOENT, EIO, ENODEV."""


class NotHeard(Exception):
    """A stream cannot be opened, or has ended by itself."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail


def load() -> Any:
    """The sounddevice module, initialised. Raises NotHeard."""
    try:
        import sounddevice
    except OSError as error:
        raise NotHeard("no-portaudio") from error
    except Exception as error:  # PortAudio's own error class is in what could not be imported
        raise NotHeard("failed", str(error)) from error
    return sounddevice


def look_again(sounddevice: Any) -> None:
    """Have PortAudio read the list of devices anew, which ends every stream of this process. Raises NotHeard."""
    try:
        sounddevice._terminate()
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise understood(error) from error


def understood(error: Exception) -> NotHeard:
    """What a PortAudioError means for people."""
    text, code, host = (*error.args, None, None, None)[:3]
    if code == _UNAVAILABLE:
        return NotHeard("busy", str(text))
    if code == _HOST_ERROR and isinstance(host, tuple):
        return NotHeard(_HOST_FAILURES.get(host[1], "failed"), str(host[2]))
    return NotHeard("failed", str(text))


def inputs(sounddevice: Any) -> dict[str, tuple[int, Device]]:
    """By name, PortAudio's index and what is known of each input.

    Windows offers every device once for each of its sound systems; of those only the newest counts.
    """
    apis = [api["name"] for api in sounddevice.query_hostapis()]
    only = apis.index("Windows WASAPI") if "Windows WASAPI" in apis else None
    found = [
        (index, one)
        for index, one in enumerate(sounddevice.query_devices())
        if one["max_input_channels"] > 0 and only in (None, one["hostapi"])
    ]
    names = distinguished(one["name"] for _, one in found)
    return {
        name: (index, Device(name, one["max_input_channels"], round(one["default_samplerate"])))
        for name, (index, one) in zip(names, found, strict=True)
    }


def find_input(sounddevice: Any, wanted: str) -> tuple[int, Device]:
    """The input of that name, or with that part in it. Raises NoMicrophone."""
    by_name = inputs(sounddevice)
    return by_name[find_name(wanted, tuple(by_name))]
