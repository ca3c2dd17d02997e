"""The embedded engine on a sample's voice, on silence and on scraps."""

import json
import re
from pathlib import Path

import jiwer
import numpy as np
import pocketsphinx
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio import RATE_HZ
from pipeline.recognisers import DecodeOptions
from pipeline.recognisers.embedded import EmbeddedRecogniser, obscenities

SAMPLES = Path(__file__).parents[2] / "samples"
FINAL = DecodeOptions()


@pytest.fixture(scope="module")
def recogniser():
    return EmbeddedRecogniser()


@pytest.fixture(scope="module")
def answers():
    """A few of the candidate's utterances: (text, samples)."""
    lines = [json.loads(line) for line in (SAMPLES / "transcripts" / "strong.jsonl").read_text("utf-8").splitlines()]
    spoken = [line for line in lines if line["channel"] == 2 and 2 < line["end_s"] - line["start_s"] < 9]
    return [(line["text"], read(line["start_s"], line["end_s"])) for line in spoken[:3]]


@pytest.fixture(scope="module")
def heard(recogniser, answers):
    return [recogniser.decode(samples, FINAL) for _, samples in answers]


def read(start_s, end_s):
    with soundfile.SoundFile(SAMPLES / "audio" / "strong.flac") as file:
        file.seek(int(start_s * file.samplerate))
        samples = file.read(int((end_s - start_s) * file.samplerate), dtype="float32")
        assert file.samplerate == RATE_HZ
    return np.ascontiguousarray(samples[:, 1])


def plain(text):
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def dictionary_entries():
    path = Path(pocketsphinx.get_model_path("en-us")) / "cmudict-en-us.dict"
    return [line.split()[0] for line in path.read_text("utf-8").splitlines() if line.strip()]


def test_the_words_of_a_clear_voice_are_mostly_right(answers, heard):
    texts = [plain(" ".join(word.text for word in words)) for words in heard]

    assert jiwer.wer([plain(text) for text, _ in answers], texts) < 0.35


def test_word_times_are_in_order_and_inside_the_sound(answers, heard):
    for (_, samples), words in zip(answers, heard, strict=True):
        times = [time for word in words for time in (word.start_s, word.end_s)]

        assert times == sorted(times)
        assert times[0] >= 0
        assert times[-1] <= len(samples) / RATE_HZ


def test_probabilities_are_between_0_and_1_and_differ(heard):
    probabilities = [word.probability for words in heard for word in words]

    assert all(0 <= probability <= 1 for probability in probabilities)
    assert len(set(probabilities)) > 5


def test_fillers_and_pronunciation_marks_are_not_words(heard):
    texts = [word.text for words in heard for word in words]

    assert all(re.fullmatch(r"[A-Za-z][A-Za-z.'_-]*", text) for text in texts)
    assert "i" not in texts


def test_the_same_samples_give_the_same_words_whatever_came_before(recogniser, answers):
    pieces = [samples[RATE_HZ : 3 * RATE_HZ] for _, samples in answers[:2]] + [np.zeros(RATE_HZ, np.float32)]
    fresh = [EmbeddedRecogniser().decode(samples, FINAL) for samples in pieces]

    for order in [(0, 1, 2), (2, 0, 1), (1, 2, 0)]:
        assert [recogniser.decode(pieces[i], FINAL) for i in order] == [fresh[i] for i in order]


def test_a_preview_grows_with_the_speech_and_leaves_finals_as_they_are(recogniser, answers):
    samples = answers[0][1]
    before = recogniser.decode(samples, FINAL)

    first = recogniser.preview(1, 0, samples[: 2 * RATE_HZ], FINAL)
    longer = recogniser.preview(1, 0, samples, FINAL)

    assert 0 < len(first) < len(longer)
    assert all(word.end_s <= 2 for word in first)
    assert recogniser.decode(samples, FINAL) == before


def test_other_speech_is_previewed_afresh(recogniser, answers):
    (_, first), (_, second) = answers[:2]
    alone = EmbeddedRecogniser().preview(1, 0, second, FINAL)
    recogniser.preview(2, 0, first, FINAL)

    assert recogniser.preview(2, len(first), second, FINAL) == alone


def test_no_words_are_heard_in_digital_silence(recogniser):
    assert recogniser.decode(np.zeros(2 * RATE_HZ, np.float32), FINAL) == ()


def test_no_words_are_heard_in_steady_noise(recogniser):
    noise = np.random.default_rng(1).normal(0, 0.05, 3 * RATE_HZ).astype(np.float32)

    assert recogniser.decode(noise, FINAL) == ()


@pytest.mark.parametrize("count", [0, 1, 159, 400, 1_599, 1_600, 3_200])
def test_a_scrap_of_sound_is_survived(recogniser, answers, count):
    _, samples = answers[0]

    assert isinstance(recogniser.decode(samples[:count], FINAL), tuple)
    assert recogniser.decode(samples[:RATE_HZ], FINAL)


@settings(max_examples=5, deadline=None)
@given(gain=st.floats(1, 1_000, width=32))
def test_sound_beyond_full_scale_is_clipped_not_wrapped(recogniser, gain):
    tone = gain * np.sin(np.arange(RATE_HZ // 2) / 7).astype(np.float32)

    for word in recogniser.decode(tone, FINAL):
        assert 0 <= word.start_s <= word.end_s <= 0.5


def test_no_obscenity_is_in_the_active_dictionary(recogniser):
    unwanted = obscenities()
    dirty = [
        entry
        for entry in dictionary_entries()
        if unwanted & {re.sub(r"\(\d+\)$", "", entry), *re.sub(r"('s)?(\(\d+\))?$", "", entry).split("-")}
    ]

    assert len(dirty) > 100
    assert not [entry for entry in [*dirty, *unwanted] if recogniser.knows(entry)]


def test_ordinary_words_stay_in_the_dictionary(recogniser):
    ordinary = ["assess", "assignment", "shitake", "analysis", "class", "dickens", "cocktail", "scunthorpe", "the(2)"]
    entries = set(dictionary_entries())

    assert all(recogniser.knows(word) == (word in entries) for word in ordinary)
    assert recogniser.knows("assess")
