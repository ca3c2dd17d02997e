"""Where the words of an older revision stand now.

CORE: no I/O, no clock, no threads. A corrected utterance is laid beside what it was; one that was split or joined,
together with all that it was cut from or put to, as they stood when the revision did.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.events import Span, Tag, TranscriptEdited, Utterance, Word, span_over
from pipeline.reviewing.wording import core_of, matching, tokens_of
from pipeline.state import InterviewState

_Placed = tuple[Utterance, Word]


def carried(state: InterviewState, tag: Tag) -> Tag | None:
    """The tag on the words that stand, said by whom they are said to be by; None where its words are not there.

    All of its words must be there, with none between those that followed each other.
    """
    spans: list[Span] = []
    for span in tag.spans:
        found = _carried_span(state, span)
        if not found:
            return None
        spans.extend(found)
    speaker = state.utterance(spans[0].segment_id).speaker
    return replace(tag, spans=tuple(_merged(state, spans)), speaker=speaker)


def _carried_span(state: InterviewState, span: Span) -> tuple[Span, ...]:
    if state.latest_revision.get(span.segment_id) == span.revision:
        return (span,)
    kin = _kin(state, span.segment_id)
    then = _in_order(state, _standing_then(state, span, kin))
    now = _in_order(state, {one: state.latest_revision[one] for one in kin if one in state.latest_revision})
    is_timed = all(utterance.words for utterance, _ in (*then, *now))
    pairs = dict(matching([_key(word, is_timed) for _, word in then], [_key(word, is_timed) for _, word in now]))
    touched = [
        at
        for at, (utterance, word) in enumerate(then)
        if (utterance.segment_id, utterance.revision) == (span.segment_id, span.revision)
        and span.start_char < word.start_char + len(word.text)
        and word.start_char < span.end_char
    ]
    places = [pairs[at] for at in touched if at in pairs]
    if not touched or len(places) < len(touched) or places[-1] - places[0] >= len(places):
        return ()
    start = _edge(then[touched[0]][1], now[places[0]][1], span.start_char)
    end = _edge(then[touched[-1]][1], now[places[-1]][1], span.end_char)
    return tuple(_spans_of(now[places[0] : places[-1] + 1], start, end))


def _kin(state: InterviewState, segment_id: int) -> set[int]:
    """The utterances that were cut from or put to this one, or to one of those, itself among them."""
    kin = {segment_id}
    together = [ids for ids in map(_cut_or_put, state.edits) if ids]
    while more := [ids for ids in together if ids & kin and not ids <= kin]:
        kin.update(*more)
    return kin


def _cut_or_put(edit: object) -> set[int]:
    """The utterances that an edit made of others; none for one that only changes words or takes lines away."""
    if not isinstance(edit, TranscriptEdited) or not edit.replaced or not edit.utterances:
        return set()
    before, after = {one.segment_id for one in edit.replaced}, {one.segment_id for one in edit.utterances}
    return before | after if before != after else set()


def _standing_then(state: InterviewState, span: Span, kin: Iterable[int]) -> dict[int, int]:
    """By segment id the revisions of the kin when the span's was the one that stood."""
    made = {
        (one.segment_id, one.revision)
        for edit in state.edits
        if isinstance(edit, TranscriptEdited)
        for one in edit.utterances
    }
    standing = {one: revision for one in kin if (revision := _heard(state, one, made)) is not None}
    for edit in state.edits:
        if standing.get(span.segment_id) == span.revision:
            break
        if isinstance(edit, TranscriptEdited):
            for gone in edit.replaced:
                standing.pop(gone.segment_id, None)
            standing.update((one.segment_id, one.revision) for one in edit.utterances if one.segment_id in kin)
    # A revision that no edit knows of, as older journals have, stands by itself.
    return {**standing, span.segment_id: span.revision}


def _heard(state: InterviewState, segment_id: int, made: set[tuple[int, int]]) -> int | None:
    """The revision in which an utterance was heard; None for one that an edit made."""
    found = (revision for known, revision in state.revisions if known == segment_id and (known, revision) not in made)
    return min(found, default=None)


def _in_order(state: InterviewState, revisions: Mapping[int, int]) -> list[_Placed]:
    """The words of utterances, one after another."""
    in_order = sorted(revisions, key=state.place)
    utterances = [state.revisions[segment_id, revisions[segment_id]] for segment_id in in_order]
    return [(utterance, word) for utterance in utterances for word in tokens_of(utterance)]


def _key(word: Word, is_timed: bool) -> tuple[str, float, float]:
    """What makes a word the same word: how it sounds and when it was said."""
    core = core_of(word.text)
    return (core, word.start_s, word.end_s) if is_timed else (core, 0.0, 0.0)


def _edge(before: Word, after: Word, char: int) -> int:
    """An edge of a quote in its word as it is written now; at the core of the word if it is written otherwise."""
    offset = char - before.start_char
    if before.text == after.text:
        return after.start_char + offset
    core_start, core_end = _core_bounds(before.text)
    new_start, new_end = _core_bounds(after.text)
    if offset <= core_start:
        return after.start_char + new_start
    return after.start_char + (new_end if offset >= core_end else min(new_start + offset - core_start, new_end))


def _core_bounds(text: str) -> tuple[int, int]:
    letters = [at for at, letter in enumerate(text) if letter.isalnum()]
    return (letters[0], letters[-1] + 1) if letters else (0, len(text))


def _spans_of(placed: Sequence[_Placed], start_char: int, end_char: int) -> Iterator[Span]:
    """The spans of words that follow each other, one in each utterance that they are said in."""
    for segment_id in dict.fromkeys(utterance.segment_id for utterance, _ in placed):
        own = [(utterance, word) for utterance, word in placed if utterance.segment_id == segment_id]
        utterance, first = own[0]
        last = own[-1][1]
        starts = start_char if own[0] == placed[0] else first.start_char
        ends = end_char if own[-1] == placed[-1] else last.start_char + len(last.text)
        if starts < ends:
            yield span_over(utterance, starts, ends)


def _merged(state: InterviewState, spans: Sequence[Span]) -> Iterator[Span]:
    """The spans, those of one utterance with nothing but space between them as one."""
    last: Span | None = None
    for span in spans:
        if last is not None and (last.segment_id, last.revision) == (span.segment_id, span.revision):
            utterance = state.revisions[span.segment_id, span.revision]
            if last.end_char <= span.start_char and not utterance.text[last.end_char : span.start_char].strip():
                last = span_over(utterance, last.start_char, span.end_char)
                continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
