"""Whether a microphone is heard, and what to tell and to do where it is not. No clock: it is told what passed."""

from dataclasses import dataclass
from typing import Final, Literal

STALLED_S: Final = 1.0
"""Without a sample for so long something is wrong; no driver hands sound over less than several times a second."""
LOST_S: Final = 2.0
"""A stall that lasts longer does not mend by itself: the device is opened anew."""
OPENING_S: Final = 1.8
"""Opening takes tens of milliseconds, and a Bluetooth headset over a second."""
HUNG_S: Final = 5.0
"""Opening again that says nothing at all for so long is given up and begun anew."""
LONGEST_STEP_S: Final = 0.25
"""What passes at once counts no more than this: while this program itself was not running nobody was heard."""
DEAD_S: Final = 10.0
"""Of nothing but digital silence since a stream was opened; the quietest room makes a microphone's bits move."""
OVERFLOW_TOLD_S: Final = 30.0
"""Sound that is lost again and again is told this often."""

Failure = Literal["missing", "unplugged", "busy", "refused", "failed", "no-portaudio"]
State = Literal["opening", "heard", "stalled", "lost"]

_ADVICE: Final[dict[str, str]] = {
    "missing": "is not there. Plug it in, or close the program that holds it: it is heard as soon as it is back.",
    "unplugged": "is gone. Plug it in again: it is heard as soon as it is back, and its channel is silent until then.",
    "busy": "is used by another program. Close that program: the microphone is heard as soon as it is free.",
    "refused": "may not be used by Earmark. Allow it in the system's privacy settings; it is tried again and again.",
    "failed": "cannot be opened. Plug it in again, or choose another one; it is tried again and again.",
    "no-portaudio": "cannot be used without PortAudio (Debian, Ubuntu: apt install libportaudio2).",
    "stalled": "gives no sound any more. It is opened anew; if that does not help, plug it in again.",
    "silent": "gives digital silence. Is it muted, or may Earmark not use it (the system's privacy settings)?",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that people should know: a code for machines, a message that says what to do."""

    code: str
    message: str


class DeviceWatch:
    """One microphone, from the first opening on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._quiet_s = 0.0
        self._told: str | None = None
        self._dead_s = 0.0
        self._lost_s = 0.0
        self._overflow_told_s = 0.0
        self.state: State = "opening"
        self.wants_restart = False

    def opened(self) -> None:
        """A stream is open; nothing was heard from it yet."""
        self._quiet_s = 0.0
        self._dead_s = 0.0

    def heard(self, length_s: float, *, is_silent: bool) -> tuple[Notice, ...]:
        """Samples came; `is_silent`: every one of them is exactly zero."""
        self._quiet_s = 0.0
        self._overflow_told_s = max(0.0, self._overflow_told_s - length_s)
        was_told, self.state = self._told, "heard"
        self._dead_s = self._dead_s + length_s if is_silent and self._dead_s >= 0 else -1.0
        if self._dead_s >= DEAD_S:
            self._dead_s = -1.0
            return self._tell("silent")
        if was_told is None or (was_told == "silent" and is_silent):
            return ()
        self._told = None
        return (Notice("microphone-back", f"{self._name} is heard again."),)

    def lost(self, length_s: float) -> tuple[Notice, ...]:
        """The machine was too slow to take sound off the device: so much of it is silent now."""
        self._lost_s += length_s
        if self._overflow_told_s > 0:
            return ()
        self._overflow_told_s = OVERFLOW_TOLD_S
        message = (
            f"{self._lost_s:.2f} s of {self._name} are lost and silent in the recording: this machine was too busy, or "
            "slept. Close other programs."
        )
        self._lost_s = 0.0
        return (Notice("microphone-overflow", message),)

    def failed(self, failure: Failure, detail: str = "") -> tuple[Notice, ...]:
        """Opening it, or the stream, came to an end."""
        self._quiet_s = 0.0
        self.state = "lost"
        return self._tell(failure, detail)

    def passed(self, length_s: float) -> tuple[Notice, ...]:
        """Time passed in which nothing came of the device. Afterwards `wants_restart` says whether to open it anew."""
        step_s = min(length_s, LONGEST_STEP_S)
        self._quiet_s += step_s
        self._overflow_told_s = max(0.0, self._overflow_told_s - step_s)
        self.wants_restart = False
        match self.state:
            case "heard" if self._quiet_s >= STALLED_S:
                self.state = "stalled"
                return self._tell("stalled")
            case "stalled" if self._quiet_s >= LOST_S:
                self._give_up()
            case "opening" if self._quiet_s >= OPENING_S:
                self.state = "lost"
                return self._tell("stalled")
            case "lost" if self._quiet_s >= HUNG_S:
                self._give_up()
        return ()

    def _give_up(self) -> None:
        self.state, self.wants_restart, self._quiet_s = "lost", True, 0.0

    def _tell(self, trouble: str, detail: str = "") -> tuple[Notice, ...]:
        if trouble == self._told or (trouble == "missing" and self._told == "unplugged"):
            return ()
        self._told = trouble
        said = f" (The system says: {detail}.)" if detail else ""
        return (Notice(f"microphone-{trouble}", f"The microphone {self._name} {_ADVICE[trouble]}{said}"),)
