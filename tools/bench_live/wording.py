"""Words against words: drafts and what became of them, last words live and offline, words and when they were said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.agreement import normal
from pipeline.events import Utterance
from tools.bench_live.endings import Ending
from tools.bench_live.latency import utterances
from tools.bench_live.marks import Mark, of_kind
from tools.bench_live.run import Ran
from tools.bench_live.sounds import Spoken


@dataclass(frozen=True, slots=True)
class Stable:
    """The stable words of the drafts of a stretch of speech: how many were taken back or changed by what was confirmed.

    `after_s`: for those that the script has, how long after their end they were in sight as stable ones.
    """

    words: int
    rewritten: int
    after_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LastWords:
    """How many utterances a decode offline has, of how many the last two words are the same live, and lost live."""

    utterances: int
    same_last_two: int
    lost: int
    same_text: int


def matches(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which words of the first are which of the second, in order; case and punctuation aside."""
    matcher = SequenceMatcher(None, [normal(w) for w in first], [normal(w) for w in second], autojunk=False)
    for block in matcher.get_matching_blocks():
        yield from ((block.a + step, block.b + step) for step in range(block.size))


def stable_words(ran: Ran, endings: Sequence[Ending]) -> Iterator[Stable]:
    """Of each stretch of speech that had a draft with stable words, and that was confirmed."""
    for at, ending in enumerate(endings):
        confirmed = utterances(ran, ending)
        growing = _growing(ran, ending)
        if not growing or not confirmed:
            continue
        following = next((one for one in endings[at + 1 :] if one.channel == ending.channel), None)
        if ending.is_cut and following:  # the words nearest to a cut are left to the next piece
            confirmed += utterances(ran, following)
        said = [word["text"] for mark in confirmed for word in mark["utterance"]["words"]]
        words = growing[-1]["text"][: growing[-1]["stable_chars"]].split()
        kept = sum(1 for _ in matches(words, said))
        yield Stable(len(words), len(words) - kept, tuple(_after_s(ran, ending, growing, words)))


def _growing(ran: Ran, ending: Ending) -> list[Mark]:
    """The drafts of a stretch that had stable words, in order."""
    return [
        mark
        for mark in of_kind(ran.marks, "draft")
        if mark["stable_chars"] and mark["channel"] == ending.channel and abs(mark["at_s"] - ending.start_s) < 0.03
    ]


def _after_s(ran: Ran, ending: Ending, growing: Sequence[Mark], words: Sequence[str]) -> Iterator[float]:
    moments = of_kind(ran.marks, "moment")
    spoken = spoken_in(ran.track.words[ending.channel], ending)
    seen_at: dict[int, float] = {}
    for draft in growing:
        stable = draft["text"][: draft["stable_chars"]]
        painted = [m["at"] for m in moments if m["at"] > draft["at"] - 0.002 and m["stable"] == stable]
        for number in range(len(stable.split())) if painted else ():
            seen_at.setdefault(number, painted[0])
    for number, word in matches(words, [word.text for word in spoken]):
        if number in seen_at:
            yield seen_at[number] - ran.origin - spoken[word].end_s


def spoken_in(words: Sequence[Spoken], ending: Ending) -> list[Spoken]:
    """The script's words of a stretch of speech."""
    return [word for word in words if ending.start_s <= (word.start_s + word.end_s) / 2 <= ending.end_s]


def last_words(live: Mapping[int, Sequence[Utterance]], offline: Sequence[Utterance]) -> LastWords:
    """What was confirmed live, by channel, against what the same model hears offline."""
    same_last_two = lost = same_text = 0
    for said in offline:
        middle_s = (said.start_s + said.end_s) / 2
        own = [one for one in live.get(said.channel, ()) if one.start_s - 0.5 <= middle_s <= one.end_s + 0.5]
        heard = [normal(word.text) for one in own for word in one.words]
        wanted = [normal(word.text) for word in said.words]
        same_last_two += heard[-2:] == wanted[-2:]
        lost += wanted[-1] not in heard[-2:]
        same_text += heard == wanted
    return LastWords(len(offline), same_last_two, lost, same_text)


def rewritten(ran: Ran) -> int:
    """Confirmed texts that changed afterwards: in the journal, or in the page without the journal."""
    texts: dict[int, set[str]] = {}
    for mark in of_kind(ran.marks, "published"):
        texts.setdefault(mark["utterance"]["segment_id"], set()).add(mark["utterance"]["text"])
    journalled = {text for several in texts.values() for text in several}
    unknown = {mark["text"] for mark in of_kind(ran.marks, "shown")} - journalled
    return sum(len(several) - 1 for several in texts.values()) + len(unknown)
