import docx
import pytest

from pipeline.errors import BadInput
from pipeline.transcripts.file import parse_transcript, read_transcript, with_names_in_front

ASKED = "Tell me about it?"
SAID = "I wrote an audit."
OTTER = f"Keywords: audit\n\nLee Park  0:02  \n{ASKED}\n\nDana Smith  1:00:09\n{SAID}\nAnd moved it.\n\nTranscribed by https://otter.ai\n"
ZOOM_CAPTIONS = f"[Lee Park] 10:15:02\n{ASKED}\n\n[Dana Smith] 10:15:09\n{SAID}\n"
LOG = f"[00:00:02] Lee Park: {ASKED}\n[00:00:09] Dana Smith: {SAID}\n"
NAME_FIRST = f"Lee Park (00:02): {ASKED}\nDana Smith (00:09): {SAID}\n"
OLD_TEAMS = f"0:0:2.0 --> 0:0:5.2\nLee Park\n{ASKED}\n\n0:0:9.0 --> 0:0:12.500\nDana Smith\n{SAID}\n"
NAME_THEN_TIME = f"Lee Park\n0:02\n{ASKED}\n\nDana Smith\n0:09\n{SAID}\n"
TIME_THEN_NAME = f"Weekly call\n\n00:02\n\nLee Park\n\n{ASKED}\n\n[00:09]\n\nDana Smith\n\n{SAID}\n"
TEAMS_PAGE = f"""Transcript

Lee Park started transcription

LP

Lee Park
0 minutes 2 seconds0:02
Lee Park 0 minutes 2 seconds
{ASKED}
DS

Dana Smith
1 hour 0 minutes 9 seconds1:00:09
Dana Smith 1 hour 0 minutes 9 seconds
I wrote
Dana Smith 1 hour 0 minutes 10 seconds
an audit. It took 2 minutes 3 seconds

Lee Park stopped transcription
"""


def told(transcript):
    return [(line.voice, line.text, line.start_s) for line in transcript.lines]


@pytest.mark.parametrize(
    "text", [LOG, NAME_FIRST, OLD_TEAMS, OLD_TEAMS.replace("\n", "\r\n"), NAME_THEN_TIME, TIME_THEN_NAME]
)
def test_the_shapes_of_meeting_programs_are_read_without_being_told(text):
    transcript = parse_transcript(text.encode())
    assert transcript.format == "meeting"
    assert told(transcript) == [("Lee Park", ASKED, 2.0), ("Dana Smith", SAID, 9.0)]
    assert [line.speaker for line in transcript.lines] == ["interviewer", "candidate"]


def test_what_stands_before_the_first_speaker_and_the_programs_credit_were_said_by_nobody():
    said = told(parse_transcript(OTTER.encode()))
    assert said == [("Lee Park", ASKED, 2.0), ("Dana Smith", f"{SAID} And moved it.", 3609.0)]


def test_the_time_of_day_becomes_the_time_of_the_meeting():
    assert [line.start_s for line in parse_transcript(ZOOM_CAPTIONS.encode()).lines] == [0.0, 7.0]


def test_the_ends_of_ranges_are_kept():
    assert [line.end_s for line in parse_transcript(OLD_TEAMS.encode()).lines] == [5.2, 12.5]


def test_a_word_document_of_teams_is_read(tmp_path):
    document = docx.Document()
    document.add_paragraph(f"Lee Park   0:02\n{ASKED}")
    document.add_paragraph(f"Dana Smith   0:09\n{SAID}")
    document.save(tmp_path / "call.docx")
    assert told(read_transcript(tmp_path / "call.docx")) == [("Lee Park", ASKED, 2.0), ("Dana Smith", SAID, 9.0)]


def test_a_damaged_word_document_is_refused(tmp_path):
    (tmp_path / "call.docx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(BadInput, match="not a Word document"):
        read_transcript(tmp_path / "call.docx")


def test_answers_that_mention_a_time_stay_answers():
    text = "We met at 10:30\nThe job began at 2:00 and ended at 2:40.\nResult: it was done.\nSince then it runs.\n"
    assert parse_transcript(text.encode()).format == "text"


def test_short_words_on_a_line_of_their_own_are_no_names_where_the_names_stand_on_the_other_side():
    text = "0:01\nLee Park\nShall we\n0:03\nDana Smith\nYes\n0:05\nLee Park\nGood\n0:07\nDana Smith\nRight\n"
    said = told(parse_transcript(text.encode()))
    assert said[:2] == [("Lee Park", "Shall we", 1.0), ("Dana Smith", "Yes", 3.0)]
    assert len(said) == 4


def test_a_timetable_and_a_figure_on_a_line_of_its_own_make_no_turns():
    timetable = "Arrival\n9:30\nLunch\n12:00\nEnd\n15:00\n"
    assert parse_transcript(timetable.encode()).format == "text"
    assert parse_transcript(f"{SAID}\n10:30\nIt was done by then.\n11:15\n{SAID}\n".encode()).format == "text"


def test_names_in_front_make_a_conversation_only_where_that_is_asked_for():
    text = f"Lee: {ASKED}\nDana: {SAID}\nLee: And then?\nDana: We cut it.\n"
    plain = parse_transcript(text.encode())
    assert plain.format == "text"
    spoken = with_names_in_front(plain)
    assert [line.voice for line in spoken.lines] == ["Lee", "Dana", "Lee", "Dana"]
    assert with_names_in_front(parse_transcript(b"Result: we won\nTask: to win\n")).format == "text"


def test_text_without_a_speaker_is_refused_where_the_format_was_given():
    with pytest.raises(BadInput, match="no line names who speaks"):
        parse_transcript(b"just words\n", "meeting")


def test_teams_page_says_its_times_in_words_and_each_name_twice():
    assert told(parse_transcript(TEAMS_PAGE.encode())) == [
        ("Lee Park", ASKED, 2.0),
        ("Dana Smith", "I wrote", 3609.0),
        ("Dana Smith", "an audit. It took 2 minutes 3 seconds", 3610.0),
    ]


@pytest.mark.parametrize("between", ["\n", "  "])
def test_a_time_in_words_beside_or_below_a_name_is_read(between):
    text = f"Lee Park{between}0 minutes 2 seconds\n{ASKED}\nDana Smith{between}0 minutes 9 seconds\n{SAID}\n" * 2
    lines = parse_transcript(text.encode()).lines
    assert [(line.voice, line.start_s) for line in lines[:2]] == [("Lee Park", 2.0), ("Dana Smith", 9.0)]
    assert {line.text for line in lines} == {ASKED, SAID}


def test_what_was_said_of_a_time_is_no_head():
    text = OTTER.replace(SAID, f"{SAID}\nIt took 2 minutes 3 seconds\n25 minutes 0 seconds")
    said = told(parse_transcript(text.encode()))
    assert said[1][1] == f"{SAID} It took 2 minutes 3 seconds 25 minutes 0 seconds And moved it."


def test_times_of_day_go_on_after_midnight():
    text = f"[Lee Park] 23:59:50\n{ASKED}\n\n[Dana Smith] 00:00:10\n{SAID}\n\n[Lee Park] 00:01:20\nAnd?\n"
    assert [start_s for _, _, start_s in told(parse_transcript(text.encode()))] == [0.0, 20.0, 90.0]


def test_times_of_day_may_count_to_twelve_twice():
    text = f"[Lee Park] 11:59:50 AM\n{ASKED}\n\n[Dana Smith] 12:00:10 PM\n{SAID}\n\n[Lee Park] 1:00 pm\nAnd?\n"
    assert [start_s for _, _, start_s in told(parse_transcript(text.encode()))] == [0.0, 20.0, 3610.0]


@pytest.mark.parametrize(
    ("rows", "starts"),
    [
        ([("Lee Park", "0:02", ASKED), ("Dana Smith", "0:09", SAID)], (2.0, 9.0)),
        ([("Interviewer", ASKED), ("Candidate", SAID)], (None, None)),
        ([("Q1:", ASKED), ("A1:", SAID)], (None, None)),
    ],
)
def test_the_tables_of_a_word_document_are_read_too(tmp_path, rows, starts):
    document = docx.Document()
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(tmp_path / "call.docx")
    lines = read_transcript(tmp_path / "call.docx").lines
    assert [(line.text, line.start_s) for line in lines] == [(ASKED, starts[0]), (SAID, starts[1])]
    assert [line.speaker for line in lines] == ["interviewer", "candidate"]
