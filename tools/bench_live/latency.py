"""From the end of speech to a tagged sentence in sight, moment by moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tools.bench_live.endings import Ending
from tools.bench_live.marks import Mark, of_kind
from tools.bench_live.run import Ran

PARTS: Final = {
    "detector": "the voice detector goes on for a little after the last word",
    "silence": "the silence that ends an utterance",
    "chunk": "the rest of the chunk in which that silence is over",
    "words": "the recogniser, where it is not done by then",
    "loop": "sound to the disk, and from thread to thread",
    "tagging": "speaker and tags",
    "journal": "on the disk",
    "wire": "websocket, to the page",
    "drawing": "the page, to its nodes",
    "painting": "the browser, to the screen",
}
"""The parts of the time, in order; together they are all of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A stretch of speech whose words are in sight: `after_s` its last word had ended, `parts_s` what that was made of.

    `wait_s`, `gate_s` and `decode_s`: until the guess at its end was taken up, and the models' own time for it.
    """

    ending: Ending
    text: str
    is_tagged: bool
    after_s: float
    parts_s: Mapping[str, float]
    wait_s: float
    gate_s: float
    decode_s: float


def shown(ran: Ran, endings: Sequence[Ending]) -> list[Shown]:
    """What came into sight, for each ending whose words did; one that is cut is none."""
    kinds = {what: of_kind(ran.marks, what) for what in {mark["what"] for mark in ran.marks}}
    return [
        found for ending in endings if not ending.is_cut and (found := _shown(ending, kinds, ran.origin)) is not None
    ]


def utterances(ran: Ran, ending: Ending) -> list[Mark]:
    """What was confirmed of a stretch of speech."""
    return [mark for mark in of_kind(ran.marks, "published") if ending.holds(*_middle(mark["utterance"]))]


def _middle(utterance: Mapping[str, float]) -> tuple[int, float]:
    return int(utterance["channel"]), (utterance["start_s"] + utterance["end_s"]) / 2


def _shown(ending: Ending, kinds: Mapping[str, list[Mark]], origin: float) -> Shown | None:
    own = [mark for mark in kinds.get("published", ()) if ending.holds(*_middle(mark["utterance"]))]
    if not own:
        return None
    last = own[-1]
    sight = _first(kinds.get("shown", ()), last["at"], text=last["utterance"]["text"])
    received = _first(kinds.get("received", ()), last["at"], seq=last["seq"])
    tagged = _last(kinds.get("tagged", ()), last["at"], ending)
    journalled = _last(kinds.get("journalled", ()), last["at"], ending)
    asked = _asked(kinds, ending, origin, last["at"])
    chunk = next((mark for mark in kinds["chunk"] if mark["end_s"] >= ending.decided_s - 1e-6), kinds["chunk"][-1])
    if sight is None or received is None or tagged is None or journalled is None or not asked:
        return None
    decoded = max(mark["at"] for mark in asked)
    moments = (
        origin + ending.spoken_until_s,
        origin + ending.voiced_until_s,
        origin + ending.decided_s,
        chunk["at"],
        max(chunk["at"], decoded),
        tagged["begun"],
        tagged["at"],
        journalled["at"],
        received["at"],
        sight["drawn"],
        sight["at"],
    )
    parts = {name: after - before for name, (before, after) in zip(PARTS, pairwise(moments), strict=True)}
    return Shown(
        ending=ending,
        text=" ".join(mark["utterance"]["text"] for mark in own),
        is_tagged=any(mark["tagged"] for mark in own),
        after_s=moments[-1] - moments[0],
        parts_s=parts,
        wait_s=min(mark["begun"] for mark in asked) - moments[1],
        gate_s=_spent_s(asked, "gated"),
        decode_s=_spent_s(asked, "decoded"),
    )


def _asked(kinds: Mapping[str, list[Mark]], ending: Ending, origin: float, until: float) -> list[Mark]:
    """The answers of the models for a stretch: those of the request that had as many samples."""
    decoded = [
        mark
        for mark in kinds.get("decoded", ())
        if mark["samples"] == ending.sample_count and origin + ending.start_s < mark["begun"] and mark["at"] <= until
    ]
    if not decoded:
        return []
    answers = (*kinds.get("gated", ()), *kinds["decoded"])
    return [mark for mark in answers if mark["request"] == decoded[-1]["request"] and mark["begun"] > origin]


def _spent_s(marks: Iterable[Mark], what: str) -> float:
    return sum(float(mark["at"]) - float(mark["begun"]) for mark in marks if mark["what"] == what)


def _first(marks: Iterable[Mark], after: float, **fields: object) -> Mark | None:
    wanted = fields.items()
    # The page counts milliseconds, and rounds them down.
    return next((mark for mark in marks if mark["at"] > after - 0.002 and wanted <= mark.items()), None)


def _last(marks: Iterable[Mark], until: float, ending: Ending) -> Mark | None:
    own = [mark for mark in marks if mark["at"] <= until and ending.holds(mark["channel"], mark["start_s"])]
    return own[-1] if own else None
