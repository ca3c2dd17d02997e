"""Microphones for real: sound servers with null sinks behind ALSA and PortAudio, played to, frozen, killed."""

import time
from contextlib import aclosing

import numpy as np
import pytest
import soundfile

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.capture import ROW_SAMPLES, Microphone, capture, choose_microphones, list_devices
from pipeline.devices.names import NoMicrophone, distinguished, find_name
from pipeline.devices.portaudio import load, understood
from pipeline.devices.watch import LOST_S
from pipeline.errors import BadInput, MissingFacility
from tests.support.running import run

FAINT = 0.001
"""Nothing that is played here is as faint for as long as a row; what resampling leaves of silence is."""


class Tape:
    """What was captured: sound by channel, problems by their codes, and how long the tape was at which of them."""

    def __init__(self):
        self.channels = {}
        self.codes = []
        self.told = {}

    def sound(self, channel):
        return np.concatenate(self.channels[channel])

    def receive(self, item):
        if isinstance(item, AudioChunk):
            blocks = self.channels.setdefault(item.channel, [])
            assert item.first_sample == sum(map(len, blocks))
            blocks.append(item.samples)
        else:
            self.codes.append(item.code.removeprefix("microphone-"))
            self.told[self.codes[-1]] = self.length_s, time.monotonic()

    @property
    def length_s(self):
        return sum(map(len, self.channels.get(1, ()))) / RATE_HZ


def record(microphones, *course):
    """What is captured while things happen: each act as soon as its moment has come, until the last one's has."""
    tape, waiting = Tape(), [*course]

    async def take():
        async with aclosing(capture(microphones)) as items:
            async for item in items:
                tape.receive(item)
                while waiting and waiting[0][0](tape):
                    waiting.pop(0)[1]()
                if not waiting:
                    return

    run(take())
    return tape


def at(seconds, act=lambda: None):
    """A moment: so much has been captured."""
    return (lambda tape: tape.length_s >= seconds), act


def told(code, act=lambda: None):
    """A moment: a problem was told."""
    return (lambda tape: code in tape.codes), act


def heard_on(channel, act):
    """A moment: something is heard there."""
    return (lambda tape: channel in tape.channels and np.abs(tape.channels[channel][-1]).max() > FAINT), act


class Played:
    """Sound that is played to some microphones at once, from a moment on."""

    def __init__(self, microphones, folder, **sounds):
        self._microphones = microphones
        self._paths = {name: folder / f"{name}.wav" for name in sounds}
        self._players = []
        for name, samples in sounds.items():
            soundfile.write(self._paths[name], samples, RATE_HZ)

    def begin(self):
        self._players = [self._microphones.play(*played) for played in self._paths.items()]

    def _is_over(self, tape):
        is_out = all(player.poll() is not None for player in self._players)
        return is_out and all(np.abs(blocks[-1]).max() < FAINT for blocks in tape.channels.values())

    @property
    def over(self):
        """The moment at which all of it was heard."""
        return self._is_over, lambda: None


def signal_of(seconds, channels=1, seed=0):
    """Noise in 16 bits that never is exactly zero, so that silence is never mistaken for it."""
    return np.random.default_rng(seed).integers(1000, 8000, (round(seconds * RATE_HZ), channels)).astype(np.int16)


def tones_of(seconds, seed):
    """Like signal_of, without what lies so high that a fraction of a sample would change it: nothing above 2 kHz."""
    rng = np.random.default_rng(seed)
    spectrum = np.zeros(round(seconds * RATE_HZ) // 2 + 1, complex)
    used = slice(round(100 * seconds), round(2000 * seconds))
    spectrum[used] = np.exp(2j * np.pi * rng.random(len(spectrum[used])))
    tones = np.fft.irfft(spectrum)
    return (tones / np.abs(tones).max() * 8000).astype(np.int16)[:, None]


def likeness(got, sent):
    """The largest correlation of what was sent with a stretch of what was captured."""
    length = len(got) + len(sent)
    products = np.fft.irfft(np.fft.rfft(got, length) * np.conj(np.fft.rfft(sent, length)), length)
    return products.max() / (np.linalg.norm(got) * np.linalg.norm(sent))


def heard(tape, channel):
    """The captured samples of a channel from its first to its last that is not silent, as 16 bits."""
    samples = np.rint(tape.sound(channel) * 32768).astype(np.int16)
    loud = np.flatnonzero(samples)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


# -- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Desk", "Desk"),
        ("desk", "Desk"),
        ("lapel", "Lapel Pro: USB Audio (hw:2,0)"),
        ("Lapel Pro: USB Audio (hw:5,0)", "Lapel Pro: USB Audio (hw:2,0)"),
    ],
)
def test_a_microphone_is_found_by_name_or_part(wanted, found):
    assert find_name(wanted, ("Desk", "Desktop", "Lapel Pro: USB Audio (hw:2,0)")) == found


@pytest.mark.parametrize(
    ("wanted", "said"), [("Desks", "no microphone is called"), ("pel", "part of several"), (" ", "no")]
)
def test_a_name_that_fits_none_or_several_is_refused_with_those_there_are(wanted, said):
    with pytest.raises(NoMicrophone, match=said) as refused:
        find_name(wanted, ("Lapel 1", "Lapel 2"))
    assert "Lapel 1" in str(refused.value)
    assert refused.value.exit_code == 3


def test_without_any_microphone_it_says_so():
    with pytest.raises(NoMicrophone, match="no input device"):
        find_name("Desk", ())


def test_two_of_a_name_are_told_apart():
    assert distinguished(["Yeti", "Desk", "Yeti", "Yeti"]) == ("Yeti", "Desk", "Yeti (2)", "Yeti (3)")


# -- choosing -------------------------------------------------------------------------------------------------------


def test_this_machine_s_microphones_are_listed_as_they_are_plugged_in(microphones):
    assert "desk" not in [device.name for device in list_devices()]
    microphones.add("desk")
    assert "desk" in [device.name for device in list_devices()]


def test_what_cannot_be_heard_is_refused_before_anything_is_opened(microphones):
    microphones.add("desk")
    with pytest.raises(NoMicrophone, match="desk"):
        choose_microphones(["lapel"])
    with pytest.raises(BadInput, match="both microphones are desk"):
        choose_microphones(["desk", "des"])
    with pytest.raises(BadInput, match="one or two"):
        choose_microphones([])
    with pytest.raises(BadInput, match="3 channels"):
        choose_microphones(["desk"], channels=3)


def test_a_sound_server_s_many_channels_are_one_speaker_unless_it_is_said(microphones):
    microphones.add("desk")
    assert choose_microphones(["desk"]) == (Microphone("desk", 1),)
    assert choose_microphones(["desk"], channels=2) == (Microphone("desk", 2),)


def test_without_portaudio_it_says_what_to_install(monkeypatch, tmp_path):
    """In the listing's own process the search for the library finds nothing, as on a machine without it."""
    (tmp_path / "sitecustomize.py").write_text("import ctypes.util\nctypes.util.find_library = lambda name: None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MissingFacility, match="apt install libportaudio2"):
        list_devices()


@pytest.mark.parametrize(
    ("arguments", "failure"),
    [
        (("Error opening RawInputStream: Device unavailable", -9985), "busy"),
        (("Error opening RawInputStream", -9999, (0, -16, "Device or resource busy")), "busy"),
        (("Error opening RawInputStream", -9999, (0, -13, "Permission denied")), "refused"),
        (("Error opening RawInputStream", -9999, (0, -5, "Input/output error")), "unplugged"),
        (("Error opening RawInputStream", -9999, (5, 12345, "something else")), "failed"),
        (("Error opening RawInputStream: Illegal combination of I/O devices", -9993), "failed"),
        (("Error querying device 99",), "failed"),
        ((), "failed"),
    ],
)
def test_portaudio_s_errors_become_what_people_can_act_on(arguments, failure):
    assert understood(load().PortAudioError(*arguments)).failure == failure


# -- hearing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 2])
def test_one_device_is_heard_bit_for_bit(microphones, tmp_path, channels):
    microphones.add("desk", channels=channels)
    sent = signal_of(1.5, channels)
    played = Played(microphones, tmp_path, desk=sent)
    tape = record([Microphone("desk", channels)], at(0.3, played.begin), played.over)
    for channel in range(1, channels + 1):
        assert np.array_equal(heard(tape, channel), sent[:, channel - 1])
    assert tape.codes == []
    assert microphones.held() == 0


def test_two_microphones_are_heard_side_by_side(microphones, tmp_path):
    for name in ("interviewer", "candidate"):
        microphones.add(name)
    sent = {"interviewer": tones_of(2, seed=1), "candidate": tones_of(2, seed=2)}
    played = Played(microphones, tmp_path, **sent)
    tape = record(choose_microphones(list(sent)), at(0.3, played.begin), played.over)
    for channel, tones in enumerate(sent.values(), start=1):
        assert likeness(tape.sound(channel), tones[:, 0]) > 0.97
        assert likeness(tape.sound(3 - channel), tones[:, 0]) < 0.2
    assert len(tape.sound(1)) - len(tape.sound(2)) in (0, ROW_SAMPLES)


def assert_the_clock_went_on(tape, *codes):
    """The tape grew between two problems by the time that passed."""
    (from_s, began_s), (to_s, ended_s) = (tape.told[code] for code in codes)
    assert to_s - from_s == pytest.approx(ended_s - began_s, abs=1)


def test_a_device_that_is_unplugged_is_told_at_once_and_heard_again_when_it_is_back(microphones, tmp_path):
    for name in ("interviewer", "candidate"):
        microphones.add(name)
    played = Played(microphones, tmp_path, candidate=signal_of(2))
    tape = record(
        choose_microphones(["interviewer", "candidate"]),
        at(0.1, played.begin),
        heard_on(2, lambda: microphones.unplug("candidate")),
        told("unplugged"),
        at(2.5, lambda: microphones.plug_in("candidate")),
        told("back"),
    )
    assert tape.codes == ["unplugged", "back"]
    assert_the_clock_went_on(tape, "unplugged", "back")


def test_a_stalled_device_is_told_and_opened_anew_and_the_clock_goes_on(microphones):
    microphones.add("desk")
    tape = record(
        [Microphone("desk", 1)],
        at(0.5, lambda: microphones.freeze("desk")),
        told("stalled"),
        at(0.5 + LOST_S + 0.5, lambda: microphones.thaw("desk")),
        told("back"),
    )
    assert tape.codes == ["stalled", "back"]
    assert_the_clock_went_on(tape, "stalled", "back")
    assert microphones.held() == 0


def test_a_short_stall_loses_nothing(microphones, tmp_path):
    microphones.add("desk")
    sent = signal_of(2.5)
    played = Played(microphones, tmp_path, desk=sent)

    def stall():
        microphones.freeze("desk")
        time.sleep(0.8)
        microphones.thaw("desk")

    tape = record([Microphone("desk", 1)], at(0.3, played.begin), at(1.3, stall), played.over)
    assert tape.codes == []
    assert np.array_equal(heard(tape, 1), sent[:, 0])


def test_a_microphone_that_is_not_there_at_the_start_is_told_and_waited_for(microphones):
    microphones.add("desk")
    microphones.unplug("desk")
    tape = record([Microphone("desk", 1)], at(1, lambda: microphones.plug_in("desk")), told("back"))
    assert len(tape.codes) == 2
    assert tape.codes[1] == "back"


def test_a_capturing_process_that_is_killed_is_replaced(microphones):
    microphones.add("desk")

    def kill():
        (capturing,) = microphones.processes()
        capturing.kill()

    tape = record([Microphone("desk", 1)], at(0.5, kill), told("back"))
    assert tape.codes == ["failed", "back"]


def test_while_nobody_takes_the_sound_none_of_it_is_lost(microphones, tmp_path):
    microphones.add("desk")
    sent = signal_of(3)
    played = Played(microphones, tmp_path, desk=sent)

    def stand_still():
        played.begin()
        time.sleep(2)  # the whole program

    tape = record([Microphone("desk", 1)], at(0.3, stand_still), played.over)
    assert tape.codes == []
    assert np.array_equal(heard(tape, 1), sent[:, 0])
