from itertools import pairwise

import pytest

from signals.context import clause_starts
from signals.normalise import read_tokens, skip_disfluencies
from signals.reader import Reader


def _clauses(text: str) -> list[str]:
    tokens = skip_disfluencies(read_tokens(text))
    starts = [*clause_starts(tokens), len(tokens)]
    return [" ".join(t.word for t in tokens[a:b]) for a, b in pairwise(starts)]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("i built it and we shipped it", ["i built it", "and we shipped it"]),
        ("it kept failing i wrote an audit", ["it kept failing", "i wrote an audit"]),
        ("the plan that i wrote was long", ["the plan that i wrote was long"]),
        ("we tested it but nobody came", ["we tested it", "but nobody came"]),
        ("tea and biscuits were free", ["tea and biscuits were free"]),
        ("He left. Then it broke, and we fixed it", ["he left", "then it broke", "and we fixed it"]),
        ("", []),
    ],
)
def test_clauses_are_found_without_punctuation(text: str, clauses: list[str]) -> None:
    assert _clauses(text) == clauses


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(None)


def _labels(reader: Reader, text: str) -> set[str]:
    reading = reader.read(skip_disfluencies(read_tokens(text)))
    return {finding.label for finding in reading.findings} & {"action", "result", "task"}


@pytest.mark.parametrize(
    "text",
    [
        "i would rewrite the parser",
        "if i rewrote the parser it would be fine",
        "i could have rewritten the parser",
        "we never launched it on time",
        "i didn't call anyone",
        "i'd set up a meeting",
        "i might have called them",
    ],
)
def test_what_was_not_done_is_no_action_and_no_result(reader: Reader, text: str) -> None:
    assert _labels(reader, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "not only that i rewrote the parser",
        "if i remember correctly i rewrote the parser",
        "nobody asked me but i rewrote the parser",
        "they would not listen so i rewrote the parser",
    ],
)
def test_window_of_a_cue_ends_with_its_clause(reader: Reader, text: str) -> None:
    assert "action" in _labels(reader, text)


def test_somebody_elses_deed_is_no_action_of_the_speaker(reader: Reader) -> None:
    assert "action" not in _labels(reader, "my manager rewrote the parser and they shipped it")
