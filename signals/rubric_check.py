"""Whether a rubric keeps its own word: its examples are heard, its `not` phrases are not, its questions are recognised.

An example that is not heard is a mistake: the file promises it. Everything else is a note for whoever edits the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pipeline.events import Tag
from rubrics.document import Location
from rubrics.model import Question, RedFlag, Rubric, Signal
from signals.questions import QuestionMatcher
from signals.tagger import Tagger
from signals.text import is_one_sentence, utterance_of

_NOT_HEARD: Final = "Add a synonym that it holds, or word the example as people say it"
_WRONGLY_HEARD: Final = "Write more of the phrase, or make the synonym that it holds longer"
_NOT_ASKED: Final = "Give it a word that is this question's own, or leave it out"
_LACKING: Final = "Write some, as people say them"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about the part of a rubric file at `where`; `key` is the id of the entry that it belongs to."""

    where: Location
    key: str
    message: str
    fix: str
    is_mistake: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """A signal or flag that can be heard, and the planned question whose answer should show it."""

    where: Location
    owner: Signal | RedFlag
    question_id: str | None

    def remark(self, key: str, position: int, message: str, fix: str, *, is_mistake: bool = False) -> Remark:
        return Remark((*self.where, key, position), self.owner.id, message, fix, is_mistake)


def check_rubric(rubric: Rubric) -> list[Remark]:
    """Everything to say of a rubric, in no particular order. Runs every example through the tagger once."""
    tagger = Tagger(rubric, all_flags=True)
    return [
        *chain.from_iterable(_about_entry(entry, tagger) for entry in _entries(rubric)),
        *_about_paraphrases(rubric),
    ]


def _entries(rubric: Rubric) -> Iterator[_Entry]:
    """What is listened for, a competency's own with its first question; flags that are absences are never heard."""
    yield from _flags((), rubric.general_red_flags)
    for at, competency in enumerate(rubric.competencies):
        where: Location = ("competencies", at)
        first = competency.questions[0].id if competency.questions else None
        yield from _flags(where, competency.red_flags)
        yield from _signals(where, competency.signals, first)
        for number, question in enumerate(competency.questions):
            yield from _signals((*where, "questions", number), question.signals, question.id)


def _flags(where: Location, flags: tuple[RedFlag, ...]) -> Iterator[_Entry]:
    for number, flag in enumerate(flags):
        if not flag.is_absence:
            yield _Entry((*where, "red_flags", number), flag, None)


def _signals(where: Location, signals: tuple[Signal, ...], question_id: str | None) -> Iterator[_Entry]:
    for number, signal in enumerate(signals):
        yield _Entry((*where, "signals", number), signal, question_id)


def _about_entry(entry: _Entry, tagger: Tagger) -> Iterator[Remark]:
    for at, example in enumerate(entry.owner.examples):
        if not _is_heard(entry, example, tagger):
            yield entry.remark("examples", at, f"the example “{example}” is not heard", _NOT_HEARD, is_mistake=True)
    for at, phrase in enumerate(entry.owner.not_):
        if _is_heard(entry, phrase, tagger):
            yield entry.remark("not", at, f"“{phrase}” is heard all the same", _WRONGLY_HEARD)
    lacking = [name for name in ("synonyms", "examples") if not getattr(entry.owner, name)]
    if lacking:
        yield Remark(entry.where, entry.owner.id, f"it has no {' and no '.join(lacking)}", _LACKING)


def _is_heard(entry: _Entry, text: str, tagger: Tagger) -> bool:
    """Whether an answer of this text alone, to the entry's question, shows it."""
    alone = tagger.fork(is_fragment=is_one_sentence(text), question_id=entry.question_id)
    events = (*alone.receive(utterance_of(1, text, "candidate")), *alone.receive_end())
    label = "signal" if isinstance(entry.owner, Signal) else "red_flag"
    return any(isinstance(event, Tag) and (event.label, event.kind) == (label, entry.owner.id) for event in events)


def _about_paraphrases(rubric: Rubric) -> Iterator[Remark]:
    matcher = QuestionMatcher(rubric)
    for where, question in _questions(rubric):
        for at, paraphrase in enumerate(question.paraphrases):
            asked = matcher.match(paraphrase)
            if asked is None or asked.is_follow_up or asked.question_id != question.id:
                taken = f"as {asked.question_id}" if asked and asked.question_id else "as no planned question"
                message = f"the paraphrase “{paraphrase}” is recognised {taken}"
                yield Remark((*where, "paraphrases", at), question.id, message, _NOT_ASKED)


def _questions(rubric: Rubric) -> Iterator[tuple[Location, Question]]:
    parts = [(("competencies", at), part.questions) for at, part in enumerate(rubric.competencies)]
    parts += [(("supplements", at), part.questions) for at, part in enumerate(rubric.supplements)]
    for where, questions in parts:
        for number, question in enumerate(questions):
            yield (*where, "questions", number), question
