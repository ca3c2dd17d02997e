"""Documents as office programs open them: what is on the pages, where it stands, and what is told about the file."""

import csv
import io
import re
import shutil
import subprocess

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from pipeline.events import NoteTaken
from pipeline.reviewing.corrections import rename
from pipeline.reviewing.decisions import judge
from pipeline.state import fold
from rubrics.load import load_rubric
from tests.support.reviewed_interview import EVIL, reviewed
from ui.arrangement import Arrangement, People
from ui.export.dossier import dossier
from ui.export.formats import FORMATS
from ui.wiring import rubric_words

ARABIC = "أحمد"
TITLE = f"Dana {ARABIC}"
JOINED = "المشروع"
TWO_SCRIPTS = f"שרה {JOINED} " * 20
TURNED = "she \N{RIGHT-TO-LEFT OVERRIDE}asked\N{POP DIRECTIONAL FORMATTING} first"
LONG = "Donaudampfschifffahrtsgesellschaftskapitaen" * 6
_DIRECTIONS = re.compile("[\u200e\u202a-\u202e]")
"""What poppler puts around words that run from the right."""
HEADINGS = ["At a glance", "Evidence", "Ratings, as people gave them", "Debrief", "Notes and marks", "Transcript"]


@pytest.fixture(scope="module")
def one():
    rubric = load_rubric("bei")
    events = [event for event in reviewed() if getattr(event, "author", "") != "Remy"]
    state = fold(events)
    judged = [tag.tag_id for tag in state.tags.values() if tag.status == "proposed" and tag.label != "question"]
    events += [judge(state, tag_id, "accepted", author="Noor", event_id=f"host:j{tag_id}") for tag_id in judged]
    events += [
        rename(state, "candidate", TITLE, author="Noor", event_id="host:r"),
        *(
            NoteTaken(author="Noor", at_s=7.0, text=text, is_shared=True, event_id=f"host:n{number}")
            for number, text in enumerate((LONG, TURNED, "page {nb}, bell \x07 rung", "كتبت 40 صفحة", TWO_SCRIPTS))
        ),
    ]
    arrangement = Arrangement(people=People(candidate=TITLE), rubric=rubric)
    return dossier(fold(events), arrangement, rubric_words(rubric), exported_at="2026-11-22T13:00:00+00:00")


@pytest.fixture(scope="module")
def pdf(one, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "a.pdf"
    path.write_bytes(FORMATS["pdf"].write(one))
    return path


def accepted(one):
    return [evidence.quote for evidence in one.evidence if evidence.tag.status == "accepted"]


def read(path, *options):
    """What poppler reads in a PDF, page by page."""
    assert shutil.which("pdftotext"), "pdftotext is missing: tools/setup system"
    told = subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True, text=True, timeout=60)
    return _DIRECTIONS.sub("", told.stdout).removesuffix("\f").split("\f")


def pages_are_counted(pages):
    """Whether each says at its foot which of how many it is."""
    counted = enumerate(pages, start=1)
    return all(re.search(rf"\b{number} ?/ ?{len(pages)}$", page.rstrip()) for number, page in counted)


def as_one(pages):
    return " ".join(" ".join(pages).split())


def pictures(path):
    """Their rows in poppler's list."""
    told = subprocess.run(["pdfimages", "-list", path], check=True, capture_output=True, text=True, timeout=60).stdout
    return [line for line in told.splitlines() if line.split()[2:3] == ["image"]]


def headings(path):
    """The outline that a reader shows beside the pages, without what lies below each."""
    return [entry.title for entry in flat(PdfReader(path).outline)]


def flat(outline):
    return [entry for part in outline for entry in (flat(part) if isinstance(part, list) else [part])]


def test_poppler_reads_every_accepted_quote_in_our_pdf_and_whose_pages_they_are(one, pdf):
    pages = read(pdf)
    told = as_one(pages)
    assert not [quote for quote in accepted(one) if quote not in told]
    assert EVIL in told
    assert pages_are_counted(pages)
    assert "page {nb}, bell rung" in told
    assert "she asked first" in told
    assert LONG in told.replace(" ", "")


def test_our_pdf_sets_numbers_beside_words_that_run_from_the_right_where_they_were_said(pdf):
    shown = as_one(read(pdf, "-layout"))
    assert re.search(rf"Dana {ARABIC}\W*, 0:\d\d; accepted by Noor", shown)
    assert [line.split() for page in read(pdf, "-raw") for line in page.splitlines() if "40" in line and "صفحة" in line]


def test_our_pdf_joins_arabic_letters_alike_on_lines_that_begin_with_either_script(pdf):
    told = "".join(read(pdf, "-bbox"))
    found = re.findall(rf'xMin="(.*?)".*xMax="(.*?)".*>(?:{JOINED}|{JOINED[::-1]})<', told)
    widths_pt = [float(end) - float(start) for start, end in found]
    assert len(widths_pt) == 20
    assert max(widths_pt) - min(widths_pt) < 1


def test_our_pdf_says_what_it_is_and_in_which_language(pdf):
    reader = PdfReader(pdf)
    assert reader.metadata.title.startswith("Dana")
    assert (reader.metadata.author, reader.metadata.subject) == ("Earmark", "Interview evidence")
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_a_word_document_says_what_it_is_and_counts_its_pages(one):
    document = docx.Document(io.BytesIO(FORMATS["docx"].write(one)))
    about = document.core_properties
    assert (about.title, about.language, about.created.isoformat()) == (TITLE, "en", "2026-11-22T13:00:00+00:00")
    (section,) = document.sections
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    fields = [field.get(qn("w:instr")) for field in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    (facts,) = document.tables
    assert [round(column.width.cm, 1) for column in facts.columns] == [3.4, 13.6]


def opened_by_office(path, kind):
    """What LibreOffice saves of a file as another kind, in a folder beside it."""
    assert shutil.which("soffice"), "LibreOffice is missing: tools/setup office"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"  # two on one profile wait for each other
    made = path.parent / "made"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", made, path]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (only,) = made.iterdir()
    return only


@pytest.mark.long
def test_libre_office_opens_the_table_cell_by_cell(one, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(FORMATS["csv"].write(one))
    as_shown = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,-1"
    with opened_by_office(path, as_shown).open(encoding="utf-8", newline="") as file:
        shown = list(csv.reader(file, delimiter="\t"))
    with path.open(encoding="utf-8", newline="") as file:
        ours = list(csv.reader(file))
    assert [[as_number(cell) for cell in row] for row in shown] == [[as_number(cell) for cell in row] for row in ours]
    assert len(shown) > 10


def as_number(cell):
    try:
        return float(cell)
    except ValueError:
        return cell


@pytest.mark.long
def test_libre_office_shows_the_word_document_whole(one, tmp_path):
    (tmp_path / "a.docx").write_bytes(FORMATS["docx"].write(one))
    made = opened_by_office(tmp_path / "a.docx", "pdf")
    pages, told = read(made), as_one(read(made))
    assert not [quote for quote in accepted(one) if quote not in told]
    assert [title for title in headings(made) if title in HEADINGS] == HEADINGS
    assert len(pictures(made)) == 3
    assert pages_are_counted(pages)
    assert 3 <= len(pages) <= 12
    assert re.search(rf"Dana {ARABIC}\W*, 0:\d\d; accepted by Noor", told)
    assert "she asked first" in told
