"""Microphones for real: sound servers with null sinks behind ALSA and PortAudio, played to, frozen, killed."""

import asyncio
import time
from contextlib import aclosing

import numpy as np
import psutil
import pytest
import soundfile

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.capture import ROW_SAMPLES, Microphone, capture, choose_microphones, list_devices
from pipeline.device_names import NoMicrophone, distinguished, find_name
from pipeline.errors import BadInput, MissingFacility
from pipeline.portaudio import load, understood

pytestmark = pytest.mark.timeout(120)


class Tape:
    """What was captured: sound by channel, problems with when they were told."""

    def __init__(self):
        self.channels = {}
        self.codes = []
        self.told_s = {}

    def sound(self, channel):
        return np.concatenate(self.channels[channel])

    def receive(self, item):
        if isinstance(item, AudioChunk):
            blocks = self.channels.setdefault(item.channel, [])
            assert item.first_sample == sum(map(len, blocks))
            blocks.append(item.samples)
        else:
            self.codes.append(item.code.removeprefix("microphone-"))
            self.told_s[self.codes[-1]] = time.monotonic()

    @property
    def length_s(self):
        return sum(map(len, self.channels.get(1, ()))) / RATE_HZ


async def record(microphones, until, tape=None):
    """Captures until `until(tape)` is true; what it was when the capture ended."""
    tape = tape or Tape()
    async with aclosing(capture(microphones)) as items:
        async for item in items:
            tape.receive(item)
            if until(tape):
                return tape
    return tape


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 60))


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


def write(path, samples):
    soundfile.write(path, samples, RATE_HZ)
    return path


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
    played = signal_of(3, channels)
    player = []

    def is_over(tape):
        if tape.length_s > 1 and not player:
            player.append(microphones.play("desk", write(tmp_path / "played.wav", played)))
        return tape.length_s > 2 and player[0].poll() is not None and not tape.channels[1][-1].any()

    tape = run(record([Microphone("desk", channels)], is_over))
    for channel in range(1, channels + 1):
        assert np.array_equal(heard(tape, channel), played[:, channel - 1])
    assert tape.codes == []
    assert microphones.held() == 0


def test_two_microphones_are_heard_side_by_side(microphones, tmp_path):
    for name in ("interviewer", "candidate"):
        microphones.add(name)
    played = {1: tones_of(2, seed=1), 2: tones_of(2, seed=2)}
    players = []

    def is_over(tape):
        if tape.length_s > 1 and not players:
            for channel, name in ((1, "interviewer"), (2, "candidate")):
                players.append(microphones.play(name, write(tmp_path / f"{name}.wav", played[channel])))
        return tape.length_s > 5

    tape = run(record(choose_microphones(["interviewer", "candidate"]), is_over))
    for channel, sent in played.items():
        assert likeness(tape.sound(channel), sent[:, 0]) > 0.97
        assert likeness(tape.sound(3 - channel), sent[:, 0]) < 0.2
    assert len(tape.sound(1)) - len(tape.sound(2)) in (0, ROW_SAMPLES)


def test_a_device_that_is_unplugged_is_told_at_once_and_heard_again_when_it_is_back(microphones):
    for name in ("interviewer", "candidate"):
        microphones.add(name)
    done = {}

    def is_over(tape):
        if tape.length_s > 1.5 and "unplugged" not in done:
            microphones.unplug("candidate")
            done["unplugged"] = time.monotonic()
        if tape.length_s > 4 and "back" not in done:
            microphones.plug_in("candidate")
            done["back"] = time.monotonic()
        return tape.length_s > 7

    began_s = time.monotonic()
    tape = run(record(choose_microphones(["interviewer", "candidate"]), is_over))
    assert tape.codes == ["unplugged", "back"]
    assert tape.told_s["unplugged"] - done["unplugged"] < 2
    assert tape.told_s["back"] - done["back"] < 2
    assert tape.length_s == pytest.approx(time.monotonic() - began_s, abs=1)


def test_a_stalled_device_is_told_and_opened_anew_and_the_clock_goes_on(microphones):
    microphones.add("desk")
    done = {}

    def is_over(tape):
        if tape.length_s > 1 and "frozen" not in done:
            microphones.freeze("desk")
            done["frozen"] = time.monotonic()
        if tape.length_s > 5 and "thawed" not in done:
            microphones.thaw("desk")
            done["thawed"] = time.monotonic()
        return tape.length_s > 8

    began_s = time.monotonic()
    tape = run(record([Microphone("desk", 1)], is_over))
    assert tape.codes == ["stalled", "back"]
    assert tape.told_s["stalled"] - done["frozen"] < 2
    assert tape.length_s == pytest.approx(time.monotonic() - began_s, abs=1)
    assert microphones.held() == 0


def test_a_short_stall_loses_nothing(microphones, tmp_path):
    microphones.add("desk")
    played = signal_of(4)
    done = {}

    def is_over(tape):
        if tape.length_s > 1 and "player" not in done:
            done["player"] = microphones.play("desk", write(tmp_path / "played.wav", played))
            done["resting_s"] = time.monotonic() + 1
        if "frozen" not in done and "player" in done and time.monotonic() > done["resting_s"]:
            done["frozen"] = True
            microphones.freeze("desk")
            time.sleep(0.8)
            microphones.thaw("desk")
        return tape.length_s > 3 and done["player"].poll() is not None and not tape.channels[1][-1].any()

    tape = run(record([Microphone("desk", 1)], is_over))
    assert tape.codes == []
    assert np.array_equal(heard(tape, 1), played[:, 0])


def test_a_microphone_that_is_not_there_at_the_start_is_told_and_waited_for(microphones):
    microphones.add("desk")
    microphones.unplug("desk")
    done = {}

    def is_over(tape):
        if tape.length_s > 2 and not done:
            microphones.plug_in("desk")
            done["back"] = time.monotonic()
        return tape.length_s > 4

    began_s = time.monotonic()
    tape = run(record([Microphone("desk", 1)], is_over))
    assert len(tape.codes) == 2
    assert tape.codes[1] == "back"
    assert tape.told_s[tape.codes[0]] - began_s < 2
    assert tape.length_s == pytest.approx(time.monotonic() - began_s, abs=1)


def test_a_capturing_process_that_is_killed_is_replaced(microphones):
    microphones.add("desk")
    killed = []

    def is_over(tape):
        if tape.length_s > 1 and not killed:
            for process in psutil.Process().children():
                if "pipeline.microphone" in process.cmdline():
                    process.kill()
                    killed.append(process.pid)
        return "back" in tape.codes or tape.length_s > 15

    tape = run(record([Microphone("desk", 1)], is_over))
    assert killed
    assert tape.codes == ["failed", "back"]


def test_while_nobody_takes_the_sound_none_of_it_is_lost(microphones, tmp_path):
    microphones.add("desk")
    played = signal_of(6)
    done = {}

    def is_over(tape):
        if tape.length_s > 1 and not done:
            done["player"] = microphones.play("desk", write(tmp_path / "played.wav", played))
            time.sleep(4)  # the whole program stands still
        return tape.length_s > 2 and done["player"].poll() is not None and not tape.channels[1][-1].any()

    tape = run(record([Microphone("desk", 1)], is_over))
    assert tape.codes == []
    assert np.array_equal(heard(tape, 1), played[:, 0])
