"""From what pydantic found wrong to lines that the person who edits the file can act on."""

from collections.abc import Iterator
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rubrics.document import Document, Location
from rubrics.entry import Entry
from rubrics.errors import Mistake
from rubrics.spelling import did_you_mean

_FIXES: Final = {
    "string_type": "Write a text here; put it in quotes if it reads as a number, true or null",
    "tuple_type": "Write a list here: [first, second], or a line for each entry that begins with a hyphen",
    "model_type": "Write keys and values here, indented below this key",
    "less_than_equal": "Write a smaller number",
    "greater_than_equal": "Write a larger number",
    "greater_than": "Write a larger number",
    "literal_error": "Write one of these words",
    "string_too_short": "Write the text, or leave the key out",
    "too_short": "Write two numbers, the least and the most",
    "too_long": "Write two numbers, the least and the most",
    "string_pattern_mismatch": "Write lower-case words joined by hyphens, parts joined by dots",
    "minutes_order": "Swap the two numbers",
    "empty_plan": "List the ids of the questions, or leave the plan out to ask them all",
    "planned_twice": "Keep it once",
    "unknown_outcome": "Add it to the outcomes, or name one of them",
    "unknown_competency": "Add it to the competencies, or name one of them",
}


def mistakes_of(error: ValidationError, model: type[Entry], document: Document, file: str) -> list[Mistake]:
    """Everything wrong with a file, in the order of its lines."""
    found = [
        Mistake(file, line, _key(details["loc"]), _message(details), _fix(details, model))
        for details in error.errors(include_url=False, include_input=False)
        for line in _lines(details, document)
    ]
    return sorted(found, key=lambda mistake: mistake.line or 0)


def _lines(details: ErrorDetails, document: Document) -> Iterator[int]:
    if details["type"] == "duplicate_id":
        yield from document.lines_of_value("id", details["ctx"]["id"])
    else:
        yield document.line_of(details["loc"])


def _key(location: Location) -> str:
    """The way to a key, as `competencies.3.questions.1.text`, list positions counted from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in location)


def _message(details: ErrorDetails) -> str:
    if details["type"] == "extra_forbidden":
        return "this key is not known here"
    if details["type"] == "missing":
        return "this key is missing"
    message = details["msg"].replace("valid tuple", "list").replace("valid string", "text")
    return message[0].lower() + message[1:]


def _fix(details: ErrorDetails, model: type[Entry]) -> str:
    *parents, last = details["loc"] or ("",)
    if details["type"] == "missing":
        return "Add it"
    if details["type"] == "extra_forbidden":
        known = _keys_at(model, parents)
        return did_you_mean(str(last), known) or f"The keys here are {', '.join(known)}"
    if details["type"] == "duplicate_id":
        return "Every id of a rubric is different: rename one of them"
    return _FIXES.get(details["type"], "Correct the value")


def _keys_at(model: type[Entry], location: Location) -> list[str]:
    """The keys that a file may have at a location."""
    for step in location:
        field = _field(model, step) if isinstance(step, str) else None
        model = next(_models_in(field), model) if field is not None else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _field(model: type[Entry], key: str) -> Any:
    found = (field.annotation for name, field in model.model_fields.items() if key in (name, field.alias))
    return next(found, None)


def _models_in(annotation: Any) -> Iterator[type[Entry]]:
    """The models inside an annotation such as `tuple[Question, ...]` or `Grades | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
