"""The committed samples hold together: sound, transcript, tags and script say the same. No synthesiser is needed."""

import itertools
import json
from typing import Any

import numpy as np
import pytest
import soundfile

from pipeline.audio import RATE_HZ
from rubrics.load import load_rubric
from samples.script import Aside, load_script
from tests.support.interviews import SAMPLES

STEREO = ("weak", "average", "strong", "exceptional")
ALL = (*STEREO, "strong-mono")
CUTTING_PAUSE_S = 0.6
LABELS = {"situation", "task", "action", "result", "insight", "metric", "red_flag", "signal", "question"}
FLAG_KINDS = {"hedge", "vague", "hypothetical", "blame", "overconfident", "buzzword", "struggle"}
UNIT_CLASSES = {"percent", "duration", "money", "factor", "bytes", "rate", "score", "count", "ratio"}


def read_lines(folder: str, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / folder / f"{name}.jsonl").read_text("utf-8").splitlines()]


def read_sound(name: str) -> np.ndarray:
    return soundfile.read(SAMPLES / "audio" / f"{name}.flac", dtype="float32", always_2d=True)[0]


def quote_of(tag: dict[str, Any], utterances: list[dict[str, Any]]) -> str:
    """What the tag's offsets slice out of its speaker's utterances; an aside of the other person is stepped over."""
    first, last = tag["line"] - 1, tag.get("end_line", tag["line"]) - 1
    speaker = utterances[first]["speaker"]
    texts = [utterance["text"] for utterance in utterances[first : last + 1] if utterance["speaker"] == speaker]
    texts[-1] = texts[-1][: tag["end_char"]]
    texts[0] = texts[0][tag["start_char"] :]
    return " ".join(texts)


@pytest.mark.parametrize("name", ALL)
def test_sound_is_16_khz_flac_of_three_to_five_minutes(name):
    info = soundfile.info(SAMPLES / "audio" / f"{name}.flac")
    assert (info.format, info.samplerate, info.channels) == ("FLAC", RATE_HZ, 1 if name == "strong-mono" else 2)
    assert 180 <= info.duration <= 300


@pytest.mark.parametrize("name", ALL)
def test_sound_is_neither_clipped_nor_faint(name):
    peaks = np.abs(read_sound(name)).max(axis=0)
    assert (peaks < 0.98).all()
    assert (peaks > 0.1).all()


@pytest.mark.parametrize("name", STEREO)
def test_each_channel_speaks_where_its_words_are_and_only_there(name):
    sound = read_sound(name)
    for channel in (1, 2):
        speaking = np.zeros(len(sound), dtype=bool)
        for utterance in read_lines("transcripts", name):
            if utterance["channel"] == channel:
                speaking[int(utterance["start_s"] * RATE_HZ) - 800 : int(utterance["end_s"] * RATE_HZ) + 800] = True
        level = {said: np.sqrt(np.mean(sound[speaking == said, channel - 1] ** 2)) for said in (True, False)}
        assert level[True] > 30 * level[False]


@pytest.mark.parametrize("name", ALL)
def test_word_times_run_forward_inside_the_sound(name):
    duration_s = soundfile.info(SAMPLES / "audio" / f"{name}.flac").duration
    for utterance in read_lines("transcripts", name):
        times_s = [time_s for word in utterance["words"] for time_s in (word["start_s"], word["end_s"])]
        assert all(word["start_s"] < word["end_s"] for word in utterance["words"])
        assert times_s == sorted(times_s)
        assert (utterance["start_s"], utterance["end_s"]) == (times_s[0], times_s[-1])
        assert 0 <= times_s[0] < times_s[-1] <= duration_s


@pytest.mark.parametrize("name", ALL)
def test_utterances_are_cut_at_every_long_pause(name):
    for utterance in read_lines("transcripts", name):
        pauses_s = [after["start_s"] - word["end_s"] for word, after in itertools.pairwise(utterance["words"])]
        assert max(pauses_s, default=0.0) < CUTTING_PAUSE_S


@pytest.mark.parametrize("name", ALL)
def test_an_utterance_is_its_words(name):
    utterances = read_lines("transcripts", name)
    assert [u["text"] for u in utterances] == [" ".join(w["text"] for w in u["words"]) for u in utterances]
    assert [u["start_s"] for u in utterances] == sorted(u["start_s"] for u in utterances)
    assert {w["probability"] for u in utterances for w in u["words"]} == {1.0}


@pytest.mark.parametrize("name", STEREO)
def test_channel_one_is_the_interviewer_and_two_the_candidate(name):
    roles = {(u["speaker"], u["channel"]) for u in read_lines("transcripts", name)}
    assert roles == {("interviewer", 1), ("candidate", 2)}


@pytest.mark.parametrize("name", STEREO)
def test_an_interview_has_enough_said_with_hesitation_overlap_and_long_pauses(name):
    utterances = read_lines("transcripts", name)
    candidate = [u for u in utterances if u["channel"] == 2]
    words = [word["text"].strip(".,?").lower() for u in candidate for word in u["words"]]
    assert len(words) >= 280
    assert sum(word in {"um", "uh"} for word in words) >= 8
    assert any(a == b for a, b in itertools.pairwise(words))
    held = [(a, b) for a, b in itertools.pairwise(candidate) if a["text"][-1] not in ".?"]
    assert sum(b["start_s"] - a["end_s"] > 1.0 for a, b in held) >= 1
    interviewer = [u for u in utterances if u["channel"] == 1]
    assert sum(i["start_s"] < c["end_s"] and c["start_s"] < i["end_s"] for i in interviewer for c in candidate) >= 3


@pytest.mark.parametrize("name", STEREO)
def test_transcript_says_what_the_script_says(name):
    script = load_script(SAMPLES / "scripts" / f"{name}.yaml")
    written = {"interviewer": [], "candidate": []}
    for turn in script.turns:
        other = "candidate" if turn.speaker == "interviewer" else "interviewer"
        written[turn.speaker] += turn.words
        written[other] += [word for piece in turn.pieces if isinstance(piece, Aside) for word in piece.words]
    for speaker, words in written.items():
        said = [w["text"] for u in read_lines("transcripts", name) if u["speaker"] == speaker for w in u["words"]]
        assert sorted(said) == sorted(words)


@pytest.mark.parametrize("name", ALL)
def test_every_quote_is_the_exact_slice(name):
    utterances, tags = read_lines("transcripts", name), read_lines("tags", name)
    assert tags
    assert [tag["quote"] for tag in tags] == [quote_of(tag, utterances) for tag in tags]


@pytest.mark.parametrize("name", ALL)
def test_tags_come_from_the_right_speaker(name):
    utterances = read_lines("transcripts", name)
    for tag in read_lines("tags", name):
        speakers = {utterances[tag[line] - 1]["speaker"] for line in ("line", "end_line") if line in tag}
        assert speakers == {"interviewer" if tag["label"] == "question" else "candidate"}


@pytest.mark.parametrize("name", ALL)
def test_labels_and_kinds_are_known(name):
    rubric = load_rubric("bei")
    questions = {q.id: q for competency in rubric.competencies for q in competency.questions}
    known = {
        "question": set(questions),
        "signal": {signal.id for question in questions.values() for signal in question.signals},
        "red_flag": FLAG_KINDS,
        "metric": UNIT_CLASSES,
    }
    for tag in read_lines("tags", name):
        assert tag["label"] in LABELS
        assert tag["kind"] in known.get(tag["label"], {None})
        assert (tag["rule_id"], tag["confidence"]) == ("reference", 1.0)


@pytest.mark.parametrize("name", STEREO)
def test_interviewer_asks_three_or_four_planned_questions_and_follows_up(name):
    asked = [tag["kind"] for tag in read_lines("tags", name) if tag["label"] == "question"]
    assert 3 <= len(set(asked)) <= 4
    assert len(asked) > len(set(asked))


def test_evidence_grows_with_the_tier():
    counts = {name: [tag["label"] for tag in read_lines("tags", name)] for name in STEREO}
    for label in ("result", "metric", "insight"):
        tiers = [counts[name].count(label) for name in STEREO]
        assert tiers == sorted(tiers)
        assert tiers[0] < tiers[-1]
    assert counts["weak"].count("red_flag") > counts["average"].count("red_flag") > counts["strong"].count("red_flag")


def test_mono_is_strong_in_one_channel():
    stereo, mono = read_sound("strong"), read_sound("strong-mono")
    assert np.allclose(stereo.sum(axis=1), mono[:, 0], atol=3 / 32_768)
    as_one = [utterance | {"channel": 1} for utterance in read_lines("transcripts", "strong")]
    assert read_lines("transcripts", "strong-mono") == as_one
    assert read_lines("tags", "strong-mono") == read_lines("tags", "strong")
