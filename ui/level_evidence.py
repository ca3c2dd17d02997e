"""What was heard of each level of a rubric's criteria, after the tags: JSON records, or lines in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.events import Utterance
from rubrics.model import Rubric
from signals.levels import ENOUGH_CONCEPTS, ConceptHeard, CriterionEvidence, LevelEar, LevelEvidence, Quote
from ui.errors import UsageMistake
from ui.terminal import results, write_json

Said = Mapping[int, Utterance]
"""The utterances that quotes name, by segment id."""


def level_ear(rubric: Rubric | None) -> LevelEar:
    """The ear for a rubric's levels. Raises UsageMistake where there is nothing to hear."""
    if rubric is None:
        raise UsageMistake("--levels hears what a rubric says of its levels: add --rubric ID.")
    ear = LevelEar(rubric)
    if not ear.criterion_ids:
        raise UsageMistake(
            f"--levels: no level of the rubric {rubric.id} names concepts that are said aloud. Leave --levels out, or "
            "write `concepts` to the levels."
        )
    return ear


def show_levels(ear: LevelEar, said: Said, rubric: Rubric, *, runs_on: bool, as_json: bool) -> None:
    """Write the evidence to standard output; `runs_on` as for `LevelEar.evidence`."""
    evidence = ear.evidence(said.values(), runs_on=runs_on)
    if as_json:
        for record in level_records(evidence, said):
            write_json(record)
    else:
        for line in level_lines(evidence, said, rubric):
            results.print(line, markup=False)


def level_records(evidence: Sequence[CriterionEvidence], said: Said) -> Iterator[dict[str, Any]]:
    """One record a quote: `contradicts` is there where it speaks against the level. Then one where too little is."""
    for criterion in evidence:
        about = {"type": "level_evidence", "criterion": criterion.criterion_id}
        for level in criterion.levels:
            for concept, quote, contradicts in _quotes(level):
                record = {**about, "level": level.score, "concept": concept.name, **_place(quote)}
                record["quote"] = _words(quote, said)
                yield {**record, "contradicts": True} if contradicts else record
        if criterion.is_insufficient:
            yield {**about, "insufficient": True}


def level_lines(evidence: Sequence[CriterionEvidence], said: Said, rubric: Rubric) -> Iterator[str]:
    """A criterion a paragraph, a quote a line; of criteria with nothing heard only how many there are."""
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}
    silent = [criterion for criterion in evidence if not criterion.levels]
    for criterion in evidence:
        if criterion.levels:
            yield f"{titles[criterion.criterion_id]}  ({criterion.criterion_id})"
            yield from _lines(criterion, said)
    if silent:
        yield f"Insufficient: nothing heard of {len(silent)} of {len(evidence)} criteria."


def _lines(criterion: CriterionEvidence, said: Said) -> Iterator[str]:
    for level in criterion.levels:
        for concept, quote, contradicts in _quotes(level):
            stance = "against: " if contradicts else ""
            yield f"  level {level.score}  {stance}{concept.name}  line {quote[0].segment_id} “{_words(quote, said)}”"
    if criterion.is_insufficient:
        yield f"  Insufficient: fewer than {ENOUGH_CONCEPTS} concepts of this criterion were heard."


def _quotes(level: LevelEvidence) -> Iterator[tuple[ConceptHeard, Quote, bool]]:
    for concepts, contradicts in ((level.heard, False), (level.against, True)):
        for concept in concepts:
            for quote in concept.quotes:
                yield concept, quote, contradicts


def _place(quote: Quote) -> dict[str, int]:
    first, last = quote[0], quote[-1]
    place = {"line": first.segment_id}
    if last.segment_id != first.segment_id:
        place["end_line"] = last.segment_id
    return {**place, "start_char": first.start_char, "end_char": last.end_char}


def _words(quote: Quote, said: Said) -> str:
    return " ".join(said[span.segment_id].text[span.start_char : span.end_char] for span in quote)
