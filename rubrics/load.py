"""Rubrics and plans from built-in ids and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path, PurePath
from typing import Final, TypeVar

from pydantic import ValidationError

from rubrics.document import Document, Location, UnreadableDocument, read_document
from rubrics.entry import Entry
from rubrics.errors import BadPlan, BadRubric, Mistake, MistakenFile, NoSuchRubric
from rubrics.mistakes import mistakes_of
from rubrics.model import Rubric
from rubrics.plan import Plan
from rubrics.spelling import did_you_mean

_LIBRARY: Final = resources.files("rubrics") / "library"

_EntryT = TypeVar("_EntryT", bound=Entry)


def builtin_ids() -> tuple[str, ...]:
    """The ids of the shipped rubrics, in alphabetical order."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in _LIBRARY.iterdir() if file.name.endswith(".yaml")))


@dataclass(frozen=True, slots=True)
class RubricFile:
    """A rubric with the file that it came from, to say of any part of it where it stands."""

    rubric: Rubric
    file: str
    document: Document

    def mistake(self, where: Location, key: str, message: str, fix: str) -> Mistake:
        """A mistake in the part at `where`: keys and list positions from the top, as the file spells them."""
        return Mistake(self.file, self.document.line_of(where), key, message, fix)


def load_rubric(name: str | Path) -> Rubric:
    """The rubric with a built-in id, or in the file at a path. Raises NoSuchRubric or BadRubric."""
    return _load_builtin(str(name)) if str(name) in builtin_ids() else open_rubric(name).rubric


def open_rubric(name: str | Path) -> RubricFile:
    """As `load_rubric`, with the file."""
    if str(name) in builtin_ids():
        with resources.as_file(_LIBRARY / f"{name}.yaml") as path:
            return RubricFile(*_read_rubric(path))
    path = Path(name)
    if not path.exists():
        known = ", ".join(builtin_ids())
        fix = did_you_mean(str(name), builtin_ids()) or f"Built in are {known}; or give the path of a rubric file."
        raise NoSuchRubric(f"{name} is neither a built-in rubric nor a file. {fix}")
    return RubricFile(*_read_rubric(path))


def rule_lines(rubric_file: RubricFile) -> Mapping[str, str]:
    """By id where each decision rule, and what else is computed with, stands in the rubric's file: `bei.yaml:105`."""
    file, rubric = PurePath(rubric_file.file).name, rubric_file.rubric
    line_of = rubric_file.document.line_of
    lines = {rule.id: line_of(("decision_rules", at)) for at, rule in enumerate(rubric.decision_rules)}
    if rubric.practice.questions is not None:
        lines["practice.questions"] = line_of(("practice", "questions"))
    for at, competency in enumerate(rubric.competencies):
        if competency.pass_mark is not None:
            lines[f"{competency.id}.pass_mark"] = line_of(("competencies", at, "pass_mark"))
    if rubric.pass_mark is not None:
        lines["pass_mark"] = line_of(("pass_mark",))
    return {rule_id: f"{file}:{line}" for rule_id, line in lines.items()}


def load_plan(path: str | Path, rubric: Rubric) -> Plan:
    """The plan in a file, every question of it checked against the rubric. Raises BadPlan."""
    plan, document = _read(Path(path), Plan, BadPlan)
    known = {question.id for question in (*rubric.questions, *rubric.supplementary_questions)}
    mistakes = [
        Mistake(
            str(path),
            document.line_of(("questions", position)),
            question_id,
            f"the rubric {rubric.id} has no such question",
            did_you_mean(question_id, known) or f"`earmark rubric show {rubric.id}` lists the ids",
        )
        for position, question_id in enumerate(plan.question_ids)
        if question_id not in known
    ]
    if mistakes:
        raise BadPlan(mistakes)
    return plan


@cache
def _load_builtin(rubric_id: str) -> Rubric:
    return open_rubric(rubric_id).rubric


def _read_rubric(path: Path) -> tuple[Rubric, str, Document]:
    rubric, document = _read(path, Rubric, BadRubric)
    return rubric, str(path), document


def _read(path: Path, model: type[_EntryT], error: type[MistakenFile]) -> tuple[_EntryT, Document]:
    try:
        document = read_document(path)
        return model.model_validate(document.data), document
    except OSError as problem:
        what = (
            "this is a folder, not a file" if path.is_dir() else (problem.strerror or "the file cannot be read").lower()
        )
        raise error([Mistake(str(path), None, "", what, "Give the path of a YAML file that can be read")]) from problem
    except UnreadableDocument as problem:
        raise error([Mistake(str(path), problem.line, "", problem.message, problem.fix)]) from problem
    except ValidationError as problem:
        raise error(mistakes_of(problem, model, document, str(path))) from problem
