"""`earmark rubric`: what the rubrics look for, and whether a rubric file is sound."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from rubrics.counts import count_words, counts
from rubrics.errors import BadRubric, Mistake
from rubrics.importer import import_guide
from rubrics.load import builtin_ids, load_rubric, open_rubric
from rubrics.model import Competency, Question, Rubric
from signals.rubric_check import check_rubric as check_promises
from ui.commands.options import Json
from ui.errors import UsageMistake
from ui.terminal import messages, results, write_json

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List, show, check and import rubrics: what to listen for."
)


@app.command("list")
def list_rubrics(*, as_json: Json = False) -> None:
    """List the built-in rubrics with what they hold."""
    rubrics = [load_rubric(rubric_id) for rubric_id in builtin_ids()]
    if as_json:
        for rubric in rubrics:
            write_json({"id": rubric.id, "title": rubric.title, "version": rubric.version, "counts": counts(rubric)})
        return
    table = Table("Rubric", "Title", "Version", "Holds")
    for rubric in rubrics:
        table.add_row(rubric.id, rubric.title, rubric.version, count_words(rubric))
    results.print(table)


@app.command("show")
def show_rubric(
    name: Annotated[str, typer.Argument(metavar="ID|PATH", help="A built-in rubric's id, or a rubric file.")],
    *,
    as_json: Json = False,
) -> None:
    """Show a rubric: its questions and what to listen for in the answers."""
    rubric = load_rubric(name)
    if as_json:
        write_json(_as_json(rubric))
        return
    results.print(f"[bold]{rubric.title}[/bold]  ({rubric.id} {rubric.version}, from {rubric.source})")
    results.print(rubric.summary, markup=False)
    results.print(count_words(rubric))
    for competency in rubric.competencies:
        _print_competency(competency)
    for flag in rubric.general_red_flags:
        results.print(f"⚑ {flag.title}", markup=False)


@app.command("check")
def check_rubric(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="A rubric file; unset, every built-in rubric.")
    ] = None,
) -> None:
    """Check a rubric file, or the built-in ones: every mistake with its file, line, key and fix.

    An example that is not heard in its own question's answer is a mistake; the rest is for whoever edits the file.
    """
    mistakes: list[Mistake] = []
    for name in [file] if file else builtin_ids():
        opened = open_rubric(name)
        found = [
            (opened.mistake(r.where, r.key, r.message, r.fix), r.is_mistake) for r in check_promises(opened.rubric)
        ]
        mistakes += sorted((mistake for mistake, is_mistake in found if is_mistake), key=_line)
        for note in sorted((mistake for mistake, is_mistake in found if not is_mistake), key=_line):
            messages.print(str(note), markup=False)
        if not any(is_mistake for _, is_mistake in found):
            messages.print(f"{opened.rubric.id}: sound. {count_words(opened.rubric)}", markup=False)
    if mistakes:
        raise BadRubric(mistakes)


def _line(mistake: Mistake) -> int:
    return mistake.line or 0


@app.command("import")
def import_rubric(
    guide: Annotated[Path, typer.Argument(metavar="GUIDE", help="An interview guide: Markdown, text, HTML or DOCX.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write the rubric; unset, to standard output."),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over FILE if it is there.")] = False,
) -> None:
    """Turn an interview guide into a rubric file in its own wording, and say what found no place in it."""
    if output is not None:
        _refuse_output(output, guide, force=force)
    imported = import_guide(guide)
    if output is None:
        sys.stdout.buffer.write(imported.yaml.encode())
        sys.stdout.flush()
    else:
        try:
            output.write_text(imported.yaml, encoding="utf-8", newline="\n")
        except OSError as problem:
            raise UsageMistake(f"-o: {output} cannot be written: {problem.strerror}. Choose another file.") from problem
    for remark in imported.remarks:
        messages.print(f"{guide}: {remark}", markup=False)
    found = count_words(imported.rubric) or "nothing to ask or to listen for"
    messages.print(f"{output or guide}: found {found}", markup=False)


def _refuse_output(output: Path, guide: Path, *, force: bool) -> None:
    if output.is_dir():
        raise UsageMistake(f"-o: {output} is a folder. Give the file to write.")
    if not output.parent.is_dir():
        raise UsageMistake(f"-o: there is no folder {output.parent}. Make it first, or choose another file.")
    if output.exists() and guide.exists() and output.samefile(guide):
        raise UsageMistake(f"-o: {output} is the guide itself. Choose another file.")
    if output.exists() and not force:
        raise UsageMistake(f"-o: {output} is there already. Choose another file, or write over it with --force.")


def _as_json(rubric: Rubric) -> dict[str, Any]:
    return {**rubric.model_dump(mode="json", by_alias=True, exclude_none=True), "counts": counts(rubric)}


def _print_competency(competency: Competency) -> None:
    results.print()
    results.print(f"[bold]{competency.title}[/bold]  ({competency.id})")
    for question in competency.questions:
        _print_question(question)
    for criterion in competency.criteria:
        results.print(f"  {criterion.title}", markup=False)
        for level in criterion.levels:
            results.print(f"    {level.score}  {level.text}", markup=False)
    for flag in competency.red_flags:
        results.print(f"  ⚑ {flag.title}", markup=False)


def _print_question(question: Question) -> None:
    results.print(f"  {question.id}: {question.text}", markup=False)
    for signal in question.signals:
        results.print(f"    ✓ {signal.text}", markup=False)
