"""Who is speaking: channels to speakers, and, on one channel, questions parted from their answers.

Several channels, nobody told us: the channel that asks the questions is the interviewer's; until that is clear its
speech is `unassigned`. One channel: an utterance is cut where a recognised question begins and ends; a question is the
interviewer's, what follows it the candidate's until the next, and speech before any question, or where it is not sure
whose it is, stays `unassigned`. A person's assignment, by channel or by utterance, is made elsewhere and outranks this.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, Literal

from pipeline.events import Basis, ChannelAssigned, Event, Speaker, Utterance, Word
from rubrics.model import Rubric
from signals.normalise import Gap, Token, read_tokens, skip_disfluencies, words_of
from signals.questions import Asked, QuestionMatcher, content_of, is_backchannel, is_interrogative

_SURE_EVIDENCE: Final = 1.0
"""Evidence that a channel must lead by to be called the interviewer's: a planned question, or two other ones."""
_PLANNED_WEIGHT: Final = 1.0
_OFF_PLAN_WEIGHT: Final = 0.5
_FEWEST_WORDS: Final = 3
"""A part shorter than this is not cut off from a question: "okay so", "thanks"."""
_LONGEST_QUESTION: Final = 60
"""Words after which an unpunctuated question that is not on the plan must have run into its answer."""


@lru_cache(maxsize=8)
def _matcher(rubric: Rubric | None) -> QuestionMatcher:
    """Kept, since it holds nothing of an interview."""
    return QuestionMatcher(rubric)


class Attributor:
    """Gives each utterance its speaker and number, in order; cuts those of a single channel where a question ends."""

    def __init__(self, rubric: Rubric | None, *, channels: Sequence[int], given: Mapping[int, Speaker]) -> None:
        """`channels` are the interview's; `given` says whose a channel is, for those that somebody told us."""
        matcher = _matcher(rubric)
        assigned = _completed(tuple(channels), given)
        self._opening: list[Event] = [
            ChannelAssigned(channel=channel, speaker=speaker, basis=basis)
            for channel, (speaker, basis) in sorted(assigned.items())
        ]
        speakers = {channel: speaker for channel, (speaker, _) in assigned.items()}
        self._room: _Channels | _OneChannel
        if len(channels) > 1 or speakers:
            self._room = _Channels(matcher, tuple(channels), speakers)
        else:
            self._room = _OneChannel(matcher)
        self._last_id = 0

    def receive(self, utterance: Utterance) -> tuple[Event, ...]:
        """The utterance (or its parts) with speakers and consecutive segment ids, and what it says of channels.

        What was written has its speaker already and is only numbered.
        """
        opening, self._opening = self._opening, []
        if utterance.medium == "written":
            return (*opening, self._numbered(utterance))
        return (*opening, *(self._numbered(event) for event in self._room.receive(utterance)))

    def receive_end(self) -> tuple[Event, ...]:
        """Assignments that only the end allows: from what little evidence there is. None leaves it to a person."""
        return tuple(self._room.receive_end())

    def assign(self, channel: int, speaker: Speaker) -> None:
        """A person says whose a channel is: it is guessed no more."""
        self._opening = [
            event for event in self._opening if not (isinstance(event, ChannelAssigned) and event.channel == channel)
        ]
        self._room.assign(channel, speaker)

    def recall(self, utterance: Utterance) -> None:
        """An utterance that was numbered before: go on after it."""
        self._opening = []
        self._last_id = max(self._last_id, utterance.segment_id)

    def _numbered(self, event: Event) -> Event:
        if not isinstance(event, Utterance):
            return event
        self._last_id += 1
        return replace(event, segment_id=self._last_id)


def _completed(channels: tuple[int, ...], given: Mapping[int, Speaker]) -> dict[int, tuple[Speaker, Basis]]:
    """The given speakers; where all channels but one are given, the last one is the other role."""
    assigned: dict[int, tuple[Speaker, Basis]] = {channel: (speaker, "given") for channel, speaker in given.items()}
    left = [channel for channel in channels if channel not in given]
    if len(left) == 1 and given:
        roles = set(given.values())
        if "candidate" not in roles:
            assigned[left[0]] = ("candidate", "guessed")
        elif "interviewer" not in roles:
            assigned[left[0]] = ("interviewer", "guessed")
    return assigned


class _Channels:
    """One speaker a channel; who is who is guessed from who asks."""

    def __init__(self, matcher: QuestionMatcher, channels: tuple[int, ...], speakers: Mapping[int, Speaker]) -> None:
        self._matcher = matcher
        self._speakers: dict[int, Speaker] = dict(speakers)
        self._open = set(channels) - set(speakers)
        self._evidence = dict.fromkeys(channels, 0.0)

    def receive(self, utterance: Utterance) -> Iterator[Event]:
        channel = utterance.channel
        yield replace(utterance, speaker=self._speakers.get(channel, "unassigned"))
        if channel in self._open or channel not in self._evidence:
            self._evidence[channel] = self._evidence.get(channel, 0.0) + self._evidence_of(utterance.text)
            yield from self._decide(_SURE_EVIDENCE)

    def assign(self, channel: int, speaker: Speaker) -> None:
        self._speakers[channel] = speaker
        self._open.discard(channel)

    def receive_end(self) -> Iterator[Event]:
        if not self._speakers:
            yield from self._decide(_OFF_PLAN_WEIGHT)

    def _evidence_of(self, text: str) -> float:
        asked = self._matcher.match(text)
        if asked is None:
            return 0.0
        if asked.question_id is not None:
            return _PLANNED_WEIGHT
        return _OFF_PLAN_WEIGHT if _is_put_to_somebody(text) else 0.0

    def _decide(self, least_lead: float) -> Iterator[Event]:
        """Assign the open channels once one leads; turn a guess round if another channel comes to lead by as much."""
        ranked = sorted(self._open, key=lambda channel: (-self._evidence[channel], channel))
        if not ranked:
            return
        asker = ranked[0]
        rival = self._evidence[ranked[1]] if len(ranked) > 1 else 0.0
        if self._evidence[asker] - rival < least_lead:
            return
        for channel in sorted(self._open):
            speaker: Speaker = "interviewer" if channel == asker else "candidate"
            if self._speakers.get(channel) != speaker:
                self._speakers[channel] = speaker
                yield ChannelAssigned(channel=channel, speaker=speaker, basis="guessed")


Role = Literal["question", "before", "after"]


@dataclass(frozen=True, slots=True)
class _Part:
    start_char: int
    end_char: int
    role: Role


class _OneChannel:
    """Everybody on one channel: questions tell the speakers apart."""

    def __init__(self, matcher: QuestionMatcher) -> None:
        self._matcher = matcher
        self._speaker: Speaker = "unassigned"
        self._question_so_far = ""
        self._question_id: str | None = None

    def receive(self, utterance: Utterance) -> Iterator[Event]:
        parts = self._parts(utterance.text)
        if not parts:
            yield replace(utterance, speaker=self._plain_speaker(utterance.text))
            return
        for part in parts:
            speaker: Speaker = "interviewer"
            if part.role == "before":
                speaker = self._plain_speaker(utterance.text[part.start_char : part.end_char])
            elif part.role == "after":
                speaker, self._question_so_far = "candidate", ""
            yield _cut(utterance, part, speaker)
        self._speaker = "candidate"
        asked = utterance.text[parts[-1].start_char : parts[-1].end_char] if parts[-1].role == "question" else ""
        self._question_so_far = f"{self._question_so_far} {asked}".strip() if asked else ""

    def assign(self, channel: int, speaker: Speaker) -> None:
        """Whose the one channel is outranks the questions; the tagger sees to that."""

    def receive_end(self) -> Iterator[Event]:
        return iter(())

    def _plain_speaker(self, text: str) -> Speaker:
        """Whose an utterance without a question is: the answer goes on, unless it sounds like the interviewer."""
        if self._speaker == "candidate" and (is_backchannel(text) or _moves_on(text) or _is_question_like(text)):
            return "unassigned"
        self._question_so_far = ""
        return self._speaker

    def _parts(self, text: str) -> list[_Part]:
        """Where the utterance must be cut; empty if it holds no question that can be told for sure."""
        tokens = skip_disfluencies(read_tokens(text))
        if not tokens:
            return []
        asked = self._asked(text)
        if asked is None:
            return []
        end = _end_of_question(text, tokens, asked)
        if end is None:
            return []
        start = asked.start_char
        parts: list[_Part] = []
        if self._is_worth_cutting(tokens, 0, start):
            parts.append(_Part(0, _back_over_space(text, start), "before"))
        else:
            start = tokens[0].start_char
        if _count(tokens, end, len(text)) >= _FEWEST_WORDS:
            parts.append(_Part(start, end, "question"))
            parts.append(_Part(_on_over_space(text, end), len(text.rstrip()), "after"))
        else:
            parts.append(_Part(start, len(text.rstrip()), "question"))
        return parts

    def _asked(self, text: str) -> Asked | None:
        asked = self._matcher.match(text, self._question_id)
        if asked is not None and asked.wording is None and not _is_put_to_somebody(text[asked.start_char :]):
            asked = None
        if self._question_so_far and (asked is None or asked.wording is None):
            joined = self._matcher.match(f"{self._question_so_far} {text}")
            alone = self._matcher.match(self._question_so_far)
            if joined and joined.question_id and joined.score > (alone.score if alone and alone.question_id else 0.0):
                asked = replace(joined, start_char=len(text) - len(text.lstrip()), end_char=len(text.rstrip()))
        if asked is not None and asked.question_id is not None:
            self._question_id = asked.question_id
        return asked

    def _is_worth_cutting(self, tokens: Sequence[Token], start: int, end: int) -> bool:
        """Before a question: an answer's last words are cut off, the interviewer's own lead-in is not."""
        before = [token for token in tokens if start <= token.start_char < end]
        if len(before) < _FEWEST_WORDS or is_backchannel(" ".join(token.word for token in before)):
            return False
        return self._speaker == "candidate"


def _end_of_question(text: str, tokens: Sequence[Token], asked: Asked) -> int | None:
    """The offset at which the question ends, or None where it runs into something and nobody can say where."""
    marked = _marked_end(text, tokens, asked)
    if marked is not None:
        return marked
    if asked.wording is not None:
        aligned = _aligned_end(tokens, asked)
        if aligned is not None:
            return aligned
    return tokens[-1].end_char if _count(tokens, asked.start_char, len(text)) <= _LONGEST_QUESTION // 3 else None


def _marked_end(text: str, tokens: Sequence[Token], asked: Asked) -> int | None:
    """The end by punctuation: the run of asking sentences from the question's start on."""
    starts = [token.start_char for token in tokens if token.gap == Gap.SENTENCE and token.start_char > asked.start_char]
    bounds = [*starts, len(text)]
    end = None
    begin = asked.start_char
    for bound in bounds:
        sentence = text[begin:bound].rstrip()
        if not sentence or not (sentence.endswith(("?", "？")) or is_interrogative(sentence)):
            break
        if bound == len(text) and not sentence.endswith(("?", "？", ".", "!")):
            break
        end, begin = begin + len(sentence), bound
    return end


def _aligned_end(tokens: Sequence[Token], asked: Asked) -> int | None:
    """The end by wording: the last word, not far from the ones before, that the rubric's wording has too."""
    wording = words_of(asked.wording or "")
    first = next((at for at, token in enumerate(tokens) if token.start_char >= asked.start_char), 0)
    heard = [token.word for token in tokens[first : first + 2 * len(wording) + 6]]
    content = content_of(read_tokens(asked.wording or ""))
    last = None
    for block in SequenceMatcher(None, wording, heard, autojunk=False).get_matching_blocks():
        words = heard[block.b : block.b + block.size]
        is_solid = block.size > 1 or any(content_of(read_tokens(word)) & content for word in words)
        if block.size and is_solid and (last is None or block.b - last <= 6):
            last = block.b + block.size - 1
    return None if last is None else tokens[first + last].end_char


_PUT_TO: Final = frozenset({"you", "your", "yours", "yourself", "me", "us", "describe", "explain", "share", "imagine"})


def _is_put_to_somebody(text: str) -> bool:
    """Whether a question is addressed to the other person; "so what did i do" is not."""
    words = words_of(text)
    return bool(_PUT_TO & frozenset(words[:14])) and not _is_rhetorical(words)


def _is_rhetorical(words: Sequence[str]) -> bool:
    joined = " ".join(words)
    return any(
        phrase in joined
        for phrase in ("you know what i mean", "do you know what", "does that make sense", "what did i", "what i did")
    )


def _is_question_like(text: str) -> bool:
    """Whether an utterance may be the interviewer's question; "what happened was" is not."""
    return is_interrogative(text) and (len(text.split()) <= _SHORT_QUESTION or text.rstrip().endswith("?"))


_SHORT_QUESTION: Final = 9
_MOVES_ON: Final = (
    "move on", "moving on", "next question", "thank you for", "thanks for", "that is helpful", "that 's helpful",
    "let 's talk about", "i 'd like to", "before we finish", "any questions for", "that 's a great",
)  # fmt: skip


def _moves_on(text: str) -> bool:
    joined = " ".join(words_of(text))
    return any(phrase in joined for phrase in _MOVES_ON)


def _count(tokens: Sequence[Token], start: int, end: int) -> int:
    return sum(1 for token in tokens if start <= token.start_char < end)


def _back_over_space(text: str, at: int) -> int:
    return len(text[:at].rstrip())


def _on_over_space(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip())


def _cut(utterance: Utterance, part: _Part, speaker: Speaker) -> Utterance:
    """A part of an utterance as one of its own: text sliced, words re-based, times kept."""
    if part.start_char == 0 and part.end_char == len(utterance.text):
        return replace(utterance, speaker=speaker)
    words = tuple(_words_in(utterance.words, part))
    return replace(
        utterance,
        speaker=speaker,
        text=utterance.text[part.start_char : part.end_char],
        words=words,
        start_s=words[0].start_s if words else utterance.start_s,
        end_s=words[-1].end_s if words else utterance.end_s,
    )


def _words_in(words: Sequence[Word], part: _Part) -> Iterator[Word]:
    for word in words:
        if part.start_char <= word.start_char < part.end_char:
            yield replace(word, start_char=word.start_char - part.start_char)
