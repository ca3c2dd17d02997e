"""A reader that remembers reads as the one that does not, reads the same words once, and forgets with its interview."""

import gc
import weakref

import pytest

from signals.normalise import Token, read_tokens
from signals.reader import PassedOver, Reader
from signals.remembering import RememberingReader
from signals.sentences import Before

WORDS = tuple(read_tokens("We had an outage. In the end we cut it from forty minutes to three."))


class Counting(Reader):
    """How often it was asked."""

    asked = 0

    def read(self, *given, **rest):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().read(*given, **rest)


@pytest.fixture(scope="module")
def reader() -> Counting:
    return Counting(None)


def test_the_same_words_are_read_once_and_the_same(reader: Counting) -> None:
    remembering = RememberingReader(reader)
    first = remembering.read(WORDS)
    asked = reader.asked
    assert remembering.read(list(WORDS)) == first == reader.read(WORDS)
    assert reader.asked == asked + 1


@pytest.mark.parametrize(
    "given",
    [
        ((*WORDS[:-2], Token("two", 0, 3)), 0, {}),
        (WORDS, 4, {}),
        (WORDS, 0, {"before": Before(has_acted=True)}),
        (WORDS, 0, {"question_id": "v3.q1"}),
    ],
)
def test_other_words_or_another_moment_are_read_anew(reader: Counting, given: tuple) -> None:  # type: ignore[type-arg]
    tokens, first_new, rest = given
    remembering = RememberingReader(reader)
    remembering.read(WORDS)
    asked = reader.asked
    assert remembering.read(tokens, first_new, **rest) == Reader.read(reader, tokens, first_new, **rest)
    assert reader.asked == asked + 1


def test_whoever_asks_why_is_told_each_time(reader: Counting) -> None:
    remembering = RememberingReader(reader)
    for _ in range(2):
        passed: list[PassedOver] = []
        remembering.read(WORDS, passed=passed)
        assert passed


def test_what_was_remembered_goes_with_its_interview(reader: Counting) -> None:
    gc.disable()
    try:
        remembering = RememberingReader(reader)
        remembering.read(WORDS)
        gone = weakref.ref(remembering)
        del remembering
        assert gone() is None
    finally:
        gc.enable()
