"""Interviews that people have gone over at random: lines corrected, cut, joined and taken away, tags decided on."""

from collections.abc import Iterator
from random import Random
from typing import Final

from pipeline.errors import EditRefused
from pipeline.events import (
    ChannelAssigned,
    Event,
    NotHeard,
    QuestionAsked,
    SegmentAssigned,
    SegmentRevision,
    Speaker,
    TagDecided,
    TagRetracted,
    Utterance,
    Withdrawn,
    compose,
)
from pipeline.reviewing.corrections import revision_of
from pipeline.reviewing.decisions import is_resting, settle
from pipeline.state import InterviewState, fold
from tests.support.interviews import started, tagged
from ui.actions import AnswerForm, Mark, Note, Rate, event_of
from ui.edit_actions import EditAction
from ui.editing import edit_of

TEXTS: Final = (
    "nobody owned the billing job so i wrote an audit",
    "we cut it from forty minutes to three",
    "it fell by 🙂 thirty percent in the end",
    "and what happened next",
)
_SPEAKERS: Final[tuple[Speaker, ...]] = ("interviewer", "candidate")
_EDITORS: Final = ("ada", "bo")


def reviewed(seed: int, steps: int = 30) -> list[Event]:
    """The journal of one, the same for the same seed."""
    random = Random(seed)
    journal: list[Event] = [*_heard(random)]
    state = fold(journal)
    for number in range(steps):
        made = _step(random, state, number)
        journal += made
        state = fold(made, state)
    return journal


def _heard(random: Random) -> Iterator[Event]:
    yield started(rubric_id="bei")
    for segment_id in range(1, random.randint(2, 6)):
        start_s = 10.0 * segment_id
        words = enumerate(random.choice(TEXTS).split())
        text, placed = compose((word, start_s + at, start_s + at + 0.8, 0.5) for at, word in words)
        utterance = Utterance(
            segment_id=segment_id,
            channel=random.randint(1, 2),
            speaker=random.choice(_SPEAKERS),
            start_s=start_s,
            end_s=start_s + len(placed),
            text=text,
            words=placed,
        )
        yield utterance
        yield tagged(f"t{segment_id}", utterance, text.split()[1], random.choice(["action", "metric"]))
        if random.random() < 0.5:
            yield QuestionAsked(segment_id=segment_id, question_id="v1.q1", is_follow_up=False, score=0.9)
            yield tagged(f"q{segment_id}", utterance, text, "question")
    yield NotHeard(question_id="v1.q1", items=("result",))


def _step(random: Random, state: InterviewState, number: int) -> list[Event]:
    author, event_id = random.choice(_EDITORS), f"s{number % 2}:{number}"
    if random.random() < 0.15:
        return [_act(random, state, author, event_id)]
    action = _action(random, state)
    if action is None:
        return []
    try:
        edit = edit_of(action, state, author=author, event_id=event_id)
    except EditRefused:
        return []
    after = fold([edit], state)
    stale = [TagRetracted(tag_id=tag.tag_id) for tag in after.tags.values() if is_resting(after, tag)]
    return [edit] if isinstance(edit, TagDecided) else [edit, *settle(after, stale)]


def _act(random: Random, state: InterviewState, author: str, event_id: str) -> Event:
    segment_id = random.choice(list(state.latest_revision) or [1])
    acts = (
        event_of(Note(type="note", text="jotted"), event_id, author, 3.0),
        event_of(Mark(type="mark"), event_id, author, 30.0),
        event_of(Rate(type="rate", target="v1.q1", score=3, tag_ids=("t1",)), event_id, author, 0.0),
        event_of(AnswerForm(type="answer_form", item="vote", text="hire"), event_id, author, 0.0),
        Withdrawn(author=author, withdrawn_id=state.acts[-1].event_id if state.acts else "", event_id=event_id),
        ChannelAssigned(channel=1, speaker=random.choice(_SPEAKERS), basis="person"),
        SegmentAssigned(segment_id=segment_id, speaker=random.choice(_SPEAKERS), basis="person"),
    )
    return random.choice(acts)


def _action(random: Random, state: InterviewState) -> EditAction | None:
    from ui import edit_actions as make

    lines = list(state.lines.values())
    tags = list(state.tags.values())
    if not lines:
        return make.Undo(type="undo")
    at = random.randrange(len(lines))
    line, later = _seen(lines[at]), _seen(lines[min(at + 1, len(lines) - 1)])
    speaker = random.choice(_SPEAKERS)
    choices: list[EditAction] = [
        make.EditWords(type="edit_words", text=random.choice(TEXTS), **line),
        make.Split(type="split", at_char=random.randint(1, 30), **line),
        make.Split(type="split", at_char=random.randint(1, 30), **line),
        make.Join(type="join", first=make.SeenLine(**line), second=make.SeenLine(**later)),
        make.Remove(type="remove", segments=(make.SeenLine(**line),)),
        make.FixTerm(type="fix_term", heard="job", written=random.choice(["batch job", "task"])),
        make.Reassign(type="reassign", segment_ids=(lines[at].segment_id,), speaker=speaker),
        make.SwapSpeakers(type="swap_speakers"),
        make.Rename(type="rename", speaker=speaker, name=random.choice(["Bo", "Ada L.", None])),
        make.Undo(type="undo"),
        make.Undo(type="undo"),
        make.Redo(type="redo"),
    ]
    if tags:
        tag_id = random.choice(tags).tag_id
        choices += [
            make.JudgeTag(type="judge_tag", tag_id=tag_id, status=random.choice(["accepted", "rejected"]), reason="so"),
            make.Retag(type="retag", tag_id=tag_id, label="insight"),
            make.CommentTag(type="comment_tag", tag_id=tag_id, text="why?"),
            make.AddTag(
                type="add_tag", selections=(make.Marked(start_char=0, end_char=4, **line),), label="result", reason="it"
            ),
        ]
    return random.choice(choices)


def _seen(utterance: Utterance) -> dict[str, int]:
    seen: SegmentRevision = revision_of(utterance)
    return {"segment_id": seen.segment_id, "revision": seen.revision}
