"""Levels of a score: written in a file as a mapping of scores, read as a row of levels.

A file says `1: text` or `1: {text: ..., concepts: {name: [phrases]}}`; both ways are kept when it is written again.
"""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from rubrics.entry import Entry, Score, Text


class Concept(Entry):
    """A thing that sets one level apart from the level below, and the ways in which it is said aloud."""

    name: Text
    phrases: Annotated[tuple[Text, ...], Field(min_length=1)]


def _concepts_from_mapping(value: Any) -> Any:
    """By name, as a mapping that goes through other tools keeps no order."""
    if isinstance(value, dict):
        return [{"name": name, "phrases": value[name]} for name in sorted(value, key=str)]
    return value


class Level(Entry):
    """What one score looks like. `concepts` are its own; without any, nothing said aloud can show this level."""

    score: Score
    text: Text
    concepts: Annotated[tuple[Concept, ...], BeforeValidator(_concepts_from_mapping)] = ()


def _from_mapping(value: Any) -> Any:
    if isinstance(value, dict):
        return [_with_score(score, held) for score, held in sorted(value.items(), key=lambda item: str(item[0]))]
    return value


def _with_score(score: Any, held: Any) -> dict[str, Any]:
    """A level that a file writes as its text alone, or as a mapping of `text` and `concepts`."""
    return {**held, "score": score} if isinstance(held, dict) else {"score": score, "text": held}


def _to_mapping(levels: tuple[Level, ...]) -> dict[int, str | dict[str, Any]]:
    return {level.score: _shortest(level) for level in levels}


def _shortest(level: Level) -> str | dict[str, Any]:
    if not level.concepts:
        return level.text
    return {"text": level.text, "concepts": {concept.name: list(concept.phrases) for concept in level.concepts}}


_PHRASES_SCHEMA: Final = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}

_LEVEL_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1},
        "concepts": {"type": "object", "additionalProperties": _PHRASES_SCHEMA},
    },
    "required": ["text"],
    "additionalProperties": False,
}

Levels = Annotated[
    tuple[Level, ...],
    BeforeValidator(_from_mapping),
    PlainSerializer(_to_mapping),
    WithJsonSchema(
        {
            "type": "object",
            "description": (
                "score: what it looks like, as a text, or as `text` and `concepts` (name: phrases that are said aloud)"
            ),
            "patternProperties": {"^[1-5]$": {"anyOf": [{"type": "string", "minLength": 1}, _LEVEL_SCHEMA]}},
            "additionalProperties": False,
        }
    ),
]
"""Levels in ascending order of score; a file writes them as `1: text` or `1: {text: ..., concepts: {name: [...]}}`."""
