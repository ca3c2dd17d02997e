import json

import pytest

from pipeline.errors import BadInput
from pipeline.transcripts.file import parse_transcript

WORDS = [{"text": "Why", "start_s": 1, "end_s": 1.2}, {"text": "so?", "start_s": 1.2, "end_s": 1.5}]
UTTERANCES = [
    {"speaker": "interviewer", "text": "Why so?", "start_s": 1, "end_s": 1.5, "words": WORDS},
    {"speaker": "Dana", "text": "Because.", "start_s": 2},
]


def parsed(value, format=None):
    return parse_transcript(json.dumps(value, indent=1).encode(), format)


@pytest.mark.parametrize("value", [UTTERANCES, {"utterances": UTTERANCES}, {"language": "en", "segments": UTTERANCES}])
def test_a_document_of_utterances_is_read_without_being_told(value):
    transcript = parsed(value)
    assert transcript.format == "json"
    assert [(line.number, line.speaker, line.voice, line.text) for line in transcript.lines] == [
        (1, "interviewer", None, "Why so?"),
        (2, None, "Dana", "Because."),
    ]
    assert [word[1] for word in transcript.lines[0].words] == [1.0, 1.2]


def test_the_names_that_whisper_programs_use_are_known():
    words = [{"word": " Hello", "start": 0.1, "end": 0.4}]
    line = parsed({"segments": [{"text": " Hello", "start": 0.1, "end": 0.5, "words": words}]}).lines[0]
    assert (line.start_s, line.end_s, line.words) == (0.1, 0.5, (("Hello", 0.1, 0.4, 1.0),))


def test_words_that_are_not_those_of_the_text_are_left_aside():
    assert parsed([{"speaker": "candidate", "text": "Other words", "words": WORDS}]).lines[0].words == ()


def test_the_words_of_json_lines_keep_their_times():
    line = json.dumps({"type": "utterance", **UTTERANCES[0]}).encode()
    assert parse_transcript(line).lines[0].words == (("Why", 1.0, 1.2, 1.0), ("so?", 1.2, 1.5, 1.0))


def test_a_document_of_a_newer_version_is_refused():
    with pytest.raises(BadInput, match="newer Earmark wrote this"):
        parsed({"format": "earmark.interview", "version": 2, "utterances": UTTERANCES})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"title": "secret"}, "no list of utterances"),
        ([{"text": "secret", "start_s": -1}], 'utterance 1: "start'),
        ([{"text": ["secret"]}], 'utterance 1: "text"'),
    ],
)
def test_a_document_that_makes_no_sense_is_refused_and_not_quoted(value, says):
    with pytest.raises(BadInput) as caught:
        parsed(value, "json")
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


def test_half_a_character_becomes_the_mark_of_one_that_is_lost():
    (line,) = parsed([{"speaker": "Dana \ud83d", "text": "I led \ud83d it \U0001f600"}]).lines
    assert (line.voice, line.text) == ("Dana \ufffd", "I led \ufffd it \U0001f600")
