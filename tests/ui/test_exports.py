"""Every export is opened by a program that is not ours, and holds no more than its seat may see."""

import base64
import csv
import io
import json
import zipfile
from contextlib import closing
from dataclasses import replace

import av
import docx
import duckdb
import jsonschema
import pytest
import webvtt
from lxml import etree, html
from markdown_it import MarkdownIt
from PIL import Image, ImageColor
from pypdf import PdfReader

from pipeline.audio_file import open_media
from pipeline.events import FormAnswered, Rated, SessionEnded
from pipeline.recording import Recording
from pipeline.reviewing.corrections import remove, revision_of
from pipeline.reviewing.decisions import settle
from pipeline.state import fold
from pipeline.store import Store
from pipeline.transcripts.file import parse_transcript
from pipeline.workspace import audio_path, exports_path, resolve_workspace
from rubrics.load import load_rubric
from tests.support.interviews import ROOT, SESSION, cut
from tests.support.programs import assert_refused
from tests.support.reviewed_interview import EVIL, HOST, LETTERS, RATER, reviewed
from ui.answers import quote_of
from ui.arrangement import Arrangement, People
from ui.charts import talk, timeline
from ui.errors import Refused
from ui.export.dossier import dossier, form_words
from ui.export.file import export_file, read_dossier
from ui.export.formats import FORMATS
from ui.export.json_document import document_schema
from ui.export.markdown import plain
from ui.export.picture import png
from ui.export.table import guarded
from ui.openness import owed_by
from ui.palette import palettes
from ui.seats import HOST_SEAT_ID


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    workspace = resolve_workspace(str(folder / "workspace")).folder
    with closing(Store.open(workspace)) as store:
        people = People(candidate="Dana", note_taker="Noor")
        store.add_session(reviewed(), Arrangement(people=people).to_json())
        media = open_media(cut(folder / "sound.wav", 0, 50))
        with Recording.open(audio_path(workspace, SESSION), 2) as recording:
            for chunk in media.chunks():
                recording.receive(chunk)
    return workspace


@pytest.fixture(scope="module")
def store(workspace):
    with closing(Store.open(workspace)) as store:
        yield store


@pytest.fixture(scope="module")
def one(store):
    return read_dossier(store, HOST)


@pytest.fixture
def exported(store):
    return lambda format, seat=HOST, **options: export_file(store, seat, format, **options).data


def sentences(one):
    return [line.said.text for line in one.lines]


# -- what every format tells ------------------------------------------------------------------------------------------


def everything_told(format, data):
    """All the text of a file, as its reader shows it."""
    if format == "docx":
        document = docx.Document(io.BytesIO(data))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])
    if format == "pdf":
        return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages)
    if format == "html":
        return " ".join(html.fromstring(data).text_content().split())
    if format == "qdpx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return " ".join(archive.read(name).decode() for name in archive.namelist())
    if format == "md":
        return " ".join(html.fromstring(MarkdownIt().render(data.decode())).text_content().split())
    return data.decode()


@pytest.mark.parametrize("format", ["md", "docx", "pdf", "html"])
def test_documents_tell_who_decided_the_reasons_the_ratings_the_consent_and_what_was_not_heard(exported, format):
    told = everything_told(format, exported(format))
    assert "accepted by Noor: she did it herself" in told
    assert "set aside by Remy: =1+1 a rumour" in told
    assert "comment by Noor: @ask again" in told
    assert "Noor: 4: Noor's reason" in told
    assert "signed by Noor on 2026-11-22 12:00 UTC: Noor's verdict" in told
    assert "Dana agreed to recording, sharing (on 2026-11-22 10:10 UTC, notice version 2)." in told
    assert "Not heard yet: " in told
    assert "marked by Noor" in told
    assert "The microphone was away." in told
    assert "neither scores nor recommends" in told


@pytest.mark.parametrize("format", FORMATS)
def test_ratings_that_are_not_open_and_private_notes_leave_in_no_format(exported, format):
    told = everything_told(format, exported(format, tags=["all"]))
    assert "Remy's reason" not in told
    assert "own thought" not in told
    told = everything_told(format, exported(format, seat=RATER))
    assert "Noor's reason" not in told
    assert "Noor's verdict" not in told
    assert "@ask again" not in told
    assert "own thought" not in told


def test_ratings_of_others_come_once_ones_own_are_in_and_the_interview_is_over(tmp_path):
    asked = [event for event in reviewed() if not isinstance(event, SessionEnded)]
    owed = [
        Rated(rater="Noor", target=target, score=3, reason="", event_id=f"{HOST_SEAT_ID}:{target}")
        for target in owed_by(load_rubric("bei"), fold(asked)).targets
    ]
    votes = [
        FormAnswered(author="Noor", item=item, text="yes", event_id=f"{HOST_SEAT_ID}:{item}")
        for item in owed_by(load_rubric("bei"), fold(asked)).items
    ]
    with closing(Store.open(resolve_workspace(str(tmp_path / "workspace")))) as other:
        other.add_session([*asked, *owed, *votes], Arrangement().to_json())
        assert b"Remy's reason" not in export_file(other, HOST, "md").data
        other.append(SESSION, [SessionEnded(at_s=70.0, reason="over")])
        assert "Remy's reason" in everything_told("md", export_file(other, HOST, "md").data)


def test_the_hosts_own_notes_come_when_they_are_asked_for_and_only_theirs(exported):
    assert b"own thought" in exported("md", has_own_notes=True)
    assert b"own thought" not in exported("md", seat=RATER, has_own_notes=True)


def test_somebody_who_may_not_see_the_words_gets_no_export(store):
    with pytest.raises(Refused):
        export_file(store, replace(RATER, role="interviewer"), "txt")


def test_the_same_state_gives_the_same_bytes(one):
    for name in ("md", "txt", "vtt", "json", "csv", "qdpx", "html"):
        assert FORMATS[name].write(one) == FORMATS[name].write(one)


# -- each format, by its own reader -----------------------------------------------------------------------------------


def test_markdown_makes_no_markup_of_what_was_said(exported):
    shown = html.fromstring(MarkdownIt("commonmark", {"html": True}).render(exported("md").decode()))
    assert not shown.xpath("//script | //img")
    assert [heading.text for heading in shown.xpath("//h1")] == ["Dana"]
    assert EVIL in " ".join(shown.text_content().split())


@pytest.mark.parametrize(
    "text", ["1. first", "- item", "+ item", "> quoted", "# head", "===", "a_b_c", "~~gone~~", "&lt;"]
)
def test_markdown_shows_any_text_as_it_is(text):
    shown = html.fromstring(f"<div>{MarkdownIt().render(plain(text))}</div>").text_content().strip()
    assert shown == text


def test_word_opens_with_its_headings(exported):
    document = docx.Document(io.BytesIO(exported("docx")))
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading 1")]
    assert headings[:2] == ["At a glance", "Evidence"]
    assert headings[-1] == "Transcript"
    assert any(LETTERS in paragraph.text for paragraph in document.paragraphs)


def test_documents_show_the_charts_with_what_they_say_for_readers_who_see_none(one, exported):
    told = [chart.told for chart in (timeline(one.state, one.words), talk(one.state))]
    shapes = docx.Document(io.BytesIO(exported("docx"))).inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes][:2] == told
    pages = PdfReader(io.BytesIO(exported("pdf"))).pages
    assert sum(len(page.images) for page in pages) == len(shapes) == 3


def test_a_chart_is_drawn_with_its_words_and_colours_whatever_fonts_the_machine_has(one):
    drawn = Image.open(io.BytesIO(png(talk(one.state).svg()))).convert("RGB")
    colours = {colour for _, colour in drawn.getcolors(maxcolors=1 << 24)}
    light = palettes()[0]
    assert {ImageColor.getrgb(light[name]) for name in ("ground", "accent")} <= colours
    words = drawn.crop((60, 80, 400, 128)).convert("L")
    assert words.getextrema()[0] < 100


def test_a_vote_is_told_by_what_the_outcome_is_called(one):
    vote = FormAnswered(author="Noor", item="vote", text="no-hire")
    rubric = load_rubric("bei")
    assert form_words(one.arrangement.model_copy(update={"rubric": rubric}), vote) == "No hire"
    assert form_words(one.arrangement.model_copy(update={"rubric": None}), vote) == "no-hire"


def test_a_pdf_holds_the_letters_of_any_language_and_an_outline(exported):
    reader = PdfReader(io.BytesIO(exported("pdf")))
    told = "".join(page.extract_text() for page in reader.pages)
    letters = set(told)
    assert {letter for letter in LETTERS if not letter.isspace()} <= letters | set("العربيةעבריתहिन्दी")
    assert {"ع", "ה", "日", "語", "한", "ह", "ไ", "ქ", "አ", "🙂", "Ł"} <= letters | {"ה"}
    assert "�" not in told
    assert "Transcript" in [entry.title for entry in flat(reader.outline)]


def flat(outline):
    return [entry for part in outline for entry in (flat(part) if isinstance(part, list) else [part])]


def test_text_comes_with_and_without_names(one, exported):
    words = exported("plain").decode().splitlines()
    assert words == sentences(one)
    assert exported("txt").decode().splitlines()[-1] == f"Dana <Smith> & Co: {words[-1]}"


def test_captions_are_read_by_a_caption_reader_with_the_names_that_people_gave(one, exported, tmp_path):
    (tmp_path / "a.vtt").write_bytes(exported("vtt"))
    read = webvtt.read(tmp_path / "a.vtt")
    assert len(read) == len(one.lines)
    assert [caption.start_in_seconds for caption in read] == [int(line.said.start_s) for line in one.lines]
    assert read[-1].voice in ("Dana &lt;Smith&gt; &amp; Co", "Dana <Smith> & Co")
    (tmp_path / "a.srt").write_bytes(exported("srt"))
    subtitles = webvtt.from_srt(tmp_path / "a.srt")
    assert [caption.raw_text.partition(": ")[2] for caption in subtitles] == sentences(one)


def test_what_is_exported_as_captions_is_imported_with_the_same_words(one, exported):
    again = parse_transcript(exported("vtt"), "vtt")
    assert [line.text for line in again.lines] == sentences(one)
    assert {line.voice for line in again.lines} == {"Interviewer", "Dana <Smith> & Co"}


def test_json_is_valid_by_its_published_schema_and_opens_again(one, exported):
    schema = json.loads((ROOT / "docs" / "export.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema == json.loads(json.dumps(document_schema()))
    document = json.loads(exported("json"))
    jsonschema.validate(document, schema)
    texts = {(said["segment_id"], said["revision"]): said["text"] for said in document["utterances"]}
    for tag in document["tags"]:
        spans = [texts[s["segment_id"], s["revision"]][s["start_char"] : s["end_char"]] for s in tag["spans"]]
        assert " ".join(spans) == tag["quote"]
    again = parse_transcript(exported("json"), "json")
    assert [(line.speaker, line.text) for line in again.lines] == [
        (said.said.speaker, said.said.text) for said in one.lines
    ]
    assert again.lines[0].words


def test_a_table_is_read_by_a_database_and_runs_no_formula(one, exported, tmp_path):
    (tmp_path / "tags.csv").write_bytes(exported("csv"))
    rows = duckdb.read_csv(str(tmp_path / "tags.csv"), header=True, all_varchar=True)
    assert len(rows) == len(one.evidence)
    cells = [cell for row in rows.fetchall() for cell in row if cell]
    assert not [cell for cell in cells if cell[0] in "=+-@"]
    assert "'=1+1 a rumour" in cells
    with (tmp_path / "tags.csv").open(newline="", encoding="utf-8") as file:
        assert [row["quote"] for row in csv.DictReader(file)] == [guarded(evidence.quote) for evidence in one.evidence]


def test_qdpx_is_valid_by_the_refi_schema_and_its_positions_are_the_quotes(one, exported):
    with zipfile.ZipFile(io.BytesIO(exported("qdpx"))) as archive:
        project = etree.fromstring(archive.read("project.qde"))
        schema = etree.XMLSchema(etree.parse(ROOT / "tests" / "fixtures" / "refi_qda" / "Project.xsd"))
        schema.assertValid(project)
        kinds = {"q": "urn:QDA-XML:project:1.0"}
        (source,) = project.iterfind(".//q:TextSource", kinds)
        text = archive.read(f"sources/{source.get('plainTextPath').removeprefix('internal://')}").decode()
    quotes = [
        text[int(s.get("startPosition")) : int(s.get("endPosition"))]
        for s in source.iterfind("q:PlainTextSelection", kinds)
    ]
    assert quotes == [part for evidence in one.kept for part in (one.state.quote(span) for span in evidence.tag.spans)]
    guids = [element.get("guid") for element in project.iter() if element.get("guid")]
    assert len(guids) == len(set(guids))
    targets = {element.get("targetGUID") for element in project.iter() if element.get("targetGUID")}
    users = {element.get("creatingUser") for element in project.iter() if element.get("creatingUser")}
    assert targets | users <= set(guids)
    codings = source.findall(".//q:Coding", kinds)
    names = {user.get("guid"): user.get("name") for user in project.iterfind(".//q:User", kinds)}
    assert {names[coding.get("creatingUser")] for coding in codings} == {"Earmark", "Noor"}


def test_the_page_plays_the_accepted_quotes_and_runs_nothing(one, exported):
    data = exported("html")
    shown = html.fromstring(data)
    assert not shown.xpath("//script | //iframe | //link | //@href | //@onerror | //@onclick")
    assert {address.partition(";")[0] for address in shown.xpath("//img/@src")} == {"data:image/svg+xml"}
    addresses = shown.xpath("//audio/@src")
    assert [address.partition(";")[0] for address in addresses] == ["data:audio/mpeg"]
    (accepted,) = [evidence for evidence in one.evidence if evidence.tag.status == "accepted"]
    sound = io.BytesIO(base64.b64decode(addresses[0].partition("base64,")[2]))
    with av.open(sound) as container:
        heard_s = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    assert heard_s == pytest.approx(accepted.end_s - accepted.start_s + 0.7, abs=0.15)
    assert EVIL in " ".join(shown.text_content().split())


def test_the_pages_charts_are_pictures_that_say_the_same_in_words(exported):
    shown = html.fromstring(exported("html"))
    for picture in shown.xpath("//img"):
        svg = etree.fromstring(base64.b64decode(picture.get("src").partition("base64,")[2]))
        assert svg.tag == "{http://www.w3.org/2000/svg}svg"
        assert picture.get("alt")
    assert len(shown.xpath("//img")) == 3


def test_the_quotes_to_be_heard_are_chosen_by_label_and_those_beyond_the_recording_are_told(store, one):
    made = export_file(store, HOST, "html", tags=["situation", "action"])
    wanted = [e for e in one.kept if e.tag.label in ("situation", "action")]
    there = [e for e in wanted if e.start_s < 50]
    assert len(html.fromstring(made.data).xpath("//audio")) == len(there)
    assert (f"{len(wanted) - len(there)} of {len(wanted)} quotes" in " ".join(made.notes)) == (wanted != there)


def test_every_interview_can_be_written_even_an_empty_one():
    empty = dossier(fold([]), Arrangement(), None)
    for name in set(FORMATS) - {"vtt", "srt"}:
        assert isinstance(FORMATS[name].write(empty), bytes)


def test_a_quote_whose_line_is_gone_stays_in_every_format_that_can_hold_it(one, earmark, tmp_path):
    (accepted,) = [evidence.tag for evidence in one.evidence if evidence.tag.status == "accepted"]
    state = fold(reviewed())
    gone = remove(
        state, [revision_of(state.utterance(accepted.spans[0].segment_id))], author="Noor", event_id=f"{HOST_SEAT_ID}:r"
    )
    edited = fold([gone], state)
    events = [*reviewed(), gone, *settle(edited, ())]
    left = dossier(fold(events), Arrangement(), None)
    quote = quote_of(left.state, accepted)
    for name, format in FORMATS.items():
        told = " ".join(everything_told(name, format.write(left)).split())
        assert (quote in told) == (name not in ("txt", "plain", "vtt", "srt", "jsonl")), name
    with closing(Store.open(resolve_workspace(str(tmp_path)))) as store:
        store.append(SESSION, events)
    assert "Quotes whose words were corrected since: 2" in earmark("replay", SESSION, "--workspace", tmp_path).out
    assert earmark("replay", SESSION, "--json", "--workspace", tmp_path).code == 0


def test_json_lines_are_without_what_people_set_aside(one, exported):
    records = [json.loads(line) for line in exported("jsonl").splitlines()]
    assert len([record for record in records if record["type"] == "tag"]) == len(one.kept)


# -- the command and the address --------------------------------------------------------------------------------------


def test_an_export_without_a_name_lies_in_the_workspace_for_this_user_alone(earmark, workspace):
    done = earmark("export", SESSION, "--format", "md", "--workspace", workspace)
    (made,) = exports_path(workspace, SESSION).glob("*.md")
    assert (done.code, made.stat().st_mode & 0o777) == (0, 0o600)
    assert str(made) in done.err


def test_an_export_is_written_where_it_is_asked_for(earmark, workspace, tmp_path):
    assert earmark("export", SESSION, "--format", "csv", "-o", tmp_path / "t.csv", "--workspace", workspace).code == 0
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").startswith("start_s,")


def test_what_cannot_be_exported_is_said_in_one_message(earmark, workspace, tmp_path):
    def refused(*words, format="md", options=(), session=SESSION, code=2):
        done = earmark("export", session, "--format", format, "--workspace", workspace, *options)
        assert_refused(done, *words, code=code)

    refused("no format 'odt'", "qdpx", format="odt")
    refused("no session", session="nothing")
    refused("this is a directory", options=("-o", tmp_path))
    refused("no such folder", options=("-o", tmp_path / "no" / "a.md"))
    refused("only --format html", options=("--tags", "all"))
    refused("no tag of this session", format="html", options=("--tags", "nonsense"))


def test_captions_of_a_transcript_without_times_are_refused(earmark, tmp_path):
    (tmp_path / "call.txt").write_text("Q1: Why?\nA1: I wrote an audit.\n", encoding="utf-8")
    opened = earmark("review", tmp_path / "call.txt", "--workspace", tmp_path / "w", "--no-serve", "--json")
    session_id = json.loads(opened.out)["session_id"]
    for format in ("vtt", "srt"):
        assert_refused(
            earmark("export", session_id, "--format", format, "--workspace", tmp_path / "w"), "without times"
        )
