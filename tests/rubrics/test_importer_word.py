"""Word documents are read by their styles, their bold type and their tables, with paragraphs as places."""

import zipfile

import docx
import pytest

from rubrics.errors import BadGuide
from rubrics.importer import import_guide
from rubrics.importing.word import LARGEST_UNPACKED_BYTES


def saved(document, folder):
    path = folder / "guide.docx"
    document.save(path)
    return import_guide(path)


def add_table(document, *rows):
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def styled():
    document = docx.Document()
    document.add_heading("Clinic interview", 0)
    document.add_heading("Care", 1)
    document.add_paragraph("Tell me about a patient you misjudged.", style="List Number")
    document.add_paragraph("Look for: says so plainly, went back", style="List Bullet 2")
    document.add_paragraph("When did you ask for help?", style="List Number")
    document.add_paragraph().add_run("Red flags:").bold = True
    document.add_paragraph("Blames the ward", style="List Bullet")
    document.add_heading("Running order", 1)
    add_table(document, ("Stage", "Duration", "Who", "Purpose"), ("Hello", "5 min", "Host", "Settle in"))
    document.add_paragraph("The clinic has a garden.")
    return document


def test_styles_give_headings_lists_and_what_is_nested_in_them(tmp_path):
    rubric = saved(styled(), tmp_path).rubric
    assert rubric.title == "Clinic interview"
    (care,) = rubric.competencies
    assert [question.text for question in care.questions] == [
        "Tell me about a patient you misjudged.",
        "When did you ask for help?",
    ]
    assert [signal.text for signal in care.questions[0].signals] == ["says so plainly", "went back"]
    assert [flag.title for flag in care.red_flags] == ["Blames the ward"]


def test_tables_of_a_document_are_read(tmp_path):
    (stage,) = saved(styled(), tmp_path).rubric.stages
    assert (stage.title, stage.minutes, stage.who) == ("Hello", (5, 5), "Host")


def test_what_has_no_place_is_reported_by_paragraph(tmp_path):
    assert [str(remark) for remark in saved(styled(), tmp_path).remarks] == [
        "paragraph 9: not placed: The clinic has a garden."
    ]


def test_rows_are_reported_by_table_and_row(tmp_path):
    document = docx.Document()
    add_table(document, ("Stage", "Duration"), ("Hello", "a while"))
    assert "table 1, row 2: stage without minutes, left out: Hello" in map(str, saved(document, tmp_path).remarks)


def test_a_document_without_styles_is_read_by_its_bold_lines(tmp_path):
    document = docx.Document()
    for text, is_bold in (
        ("Care", True),
        ("Tell me about a patient.", False),
        ("Look for: patience, a plan", False),
        ("Safety", True),
        ("• Describe a near miss.", False),
        ("• How do you report?", False),
    ):
        document.add_paragraph().add_run(text).bold = is_bold
    rubric = saved(document, tmp_path).rubric
    assert [(each.title, len(each.questions)) for each in rubric.competencies] == [("Care", 1), ("Safety", 2)]
    assert len(rubric.questions[0].signals) == 2


def test_a_document_without_text_gives_an_empty_rubric(tmp_path):
    assert saved(docx.Document(), tmp_path).rubric.questions == ()


def test_a_file_that_unpacks_to_far_more_than_a_guide_is_refused_unread(tmp_path):
    with zipfile.ZipFile(tmp_path / "guide.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(LARGEST_UNPACKED_BYTES + 1))
    with pytest.raises(BadGuide, match="unpacks to far more"):
        import_guide(tmp_path / "guide.docx")


def test_an_archive_that_is_no_document_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "guide.docx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(BadGuide, match="cannot be read as DOCX"):
        import_guide(tmp_path / "guide.docx")
