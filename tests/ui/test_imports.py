"""Transcripts and recordings become sessions; what is wrong with them is said, and nothing of them is lost."""

import json
import re
from contextlib import closing

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from pipeline.events import ProblemNoticed, SessionStarted, Tag
from pipeline.state import fold
from pipeline.store import Store
from pipeline.transcripts.file import parse_transcript
from pipeline.transcripts.lines import TranscriptLine
from pipeline.workspace import audio_path, resolve_workspace
from rubrics.load import load_rubric
from tests.support.interviews import SAMPLES, cut, scripted
from tests.support.programs import assert_refused, serving
from ui.arrangement import People
from ui.imports.timing import timed
from ui.imports.transcripts import read, reading_events

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Lee Park>Tell me about a time you rescued something that nobody had asked you to.

00:00:05.000 --> 00:00:12.000
<v Dana Smith>Nobody owned the billing job. I wrote an audit. We cut it from forty minutes to three.
"""


@pytest.fixture
def workspace(tmp_path):
    return resolve_workspace(str(tmp_path / "workspace")).folder


@pytest.fixture
def open_file(earmark, tmp_path, workspace):
    """Writes a file and opens it for review: the session's state, and what was said about it."""

    def opened(name, content, *options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = earmark("review", path, "--workspace", workspace, "--no-serve", "--json", *options)
        assert done.code == 0, done.err
        session_id = json.loads(done.out)["session_id"]
        with closing(Store.open(workspace)) as store:
            return session_id, fold(entry.event for entry in store.read(session_id)), done.err

    return opened


def silence(path, length_s):
    soundfile.write(path, np.zeros((round(length_s * 16_000), 1), np.int16), 16_000)
    return path


def tags_of(state):
    return {(tag.label, tag.kind, state.quote(tag.spans[0])) for tag in state.tags.values()}


# -- the same tags as live's ------------------------------------------------------------------------------------------


def test_our_own_json_lines_give_the_tags_that_live_gives():
    lines = (SAMPLES / "transcripts" / "weak.jsonl").read_bytes()
    transcript = parse_transcript(lines)
    imported = fold(reading_events(read(transcript), load_rubric("bei")))
    live = fold(scripted("weak"))
    assert tags_of(imported) == tags_of(live)
    assert [said.words for said in imported.utterances] == [said.words for said in live.utterances]


def test_captions_become_a_session_with_names_tags_and_an_end(open_file):
    _, state, _ = open_file("call.vtt", VTT, "--rubric", "bei")
    assert [(said.speaker, said.start_s) for said in state.utterances] == [("interviewer", 1.0), ("candidate", 5.0)]
    assert state.names == {"interviewer": "Lee Park", "candidate": "Dana Smith"}
    assert {"question", "action", "metric"} <= {tag.label for tag in state.tags.values()}
    assert (state.is_ended, state.started.source, state.started.rubric_id) == (True, "call.vtt", "bei")


def test_the_candidates_name_settles_who_speaks_where_three_do(open_file):
    three = VTT + "\n00:00:13.000 --> 00:00:14.000\n<v Kim>How did you measure that?\n"
    _, state, _ = open_file("call.vtt", three, "--candidate", "dana smith")
    assert [said.speaker for said in state.utterances] == ["interviewer", "candidate", "interviewer"]
    assert state.names == {"candidate": "Dana Smith"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("call.srt", "1\n00:00:01,000 --> 00:00:02,000\n{}\n\n2\n00:00:03,000 --> 00:00:04,000\n{}\n"),
        ("call.txt", "{}\n{}\n"),
    ],
)
def test_names_before_the_words_count_where_the_command_names_them(open_file, name, text):
    written = text.format("Lee Park: Why?", "Dana Smith: I wrote an audit.")
    _, state, _ = open_file(name, written, "--candidate", "Dana Smith", "--interviewer", "Lee Park")
    told = [(said.speaker, said.text) for said in state.utterances]
    assert told == [("interviewer", "Why?"), ("candidate", "I wrote an audit.")]


def test_voices_that_nobody_knows_are_listed_by_number_and_can_be_assigned(open_file):
    three = "WEBVTT\n"
    for second, voice in enumerate(("Lee Park", "Dana Smith", "Kim"), start=1):
        three += f"\n00:0{second}.000 --> 00:0{second}.900\n<v {voice}>Good morning.\n"
    _, state, said = open_file("call.vtt", three)
    assert {line.speaker for line in state.utterances} == {"unassigned"}
    assert "1 is Lee Park, 2 is Dana Smith, 3 is Kim" in said
    _, state, _ = open_file("call.vtt", three, "--speakers", "1=interviewer,2=candidate,3=interviewer")
    assert [line.speaker for line in state.utterances] == ["interviewer", "candidate", "interviewer"]


def test_the_same_file_opens_its_session_again_until_another_is_asked_for(open_file):
    first, _, _ = open_file("call.vtt", VTT)
    again, _, said = open_file("call.vtt", VTT)
    other, _, _ = open_file("call.vtt", VTT, "--rubric", "bei")
    new, _, _ = open_file("call.vtt", VTT, "--new")
    assert again == first
    assert "as it was left" in said
    assert len({first, other, new}) == 3


def test_a_transcript_comes_with_its_recording(open_file, tmp_path, workspace):
    session_id, state, said = open_file("call.vtt", VTT, "--audio", cut(tmp_path / "call.flac", 0, 13))
    info = soundfile.info(audio_path(workspace, session_id))
    assert (info.channels, info.samplerate, round(info.duration)) == (2, 16_000, 13)
    assert not state.problems
    assert "shorter" not in said


def test_a_recording_is_heard_once_and_opens_without_its_sound_too(open_file, earmark, tmp_path, workspace):
    sound = cut(tmp_path / "interview.wav", 0, 8).read_bytes()
    options = ("--engine", "pocketsphinx", "--speakers", "1=interviewer,2=candidate")
    session_id, state, _ = open_file("interview.wav", sound, *options)
    assert state.utterances
    assert state.started.engine == "pocketsphinx"
    assert soundfile.info(audio_path(workspace, session_id)).channels == 2
    assert not list((workspace / "audio").glob("*.part"))
    again = earmark("review", session_id, "--workspace", workspace, "--no-serve", "--json")
    assert json.loads(again.out)["session_id"] == session_id
    assert again.err == ""
    audio_path(workspace, session_id).unlink()
    silent = earmark("review", session_id, "--workspace", workspace, "--no-serve")
    assert silent.code == 0
    assert "recording is not there any more" in silent.err


def test_the_review_page_is_served_until_it_is_ended(tmp_path, workspace):
    (tmp_path / "call.vtt").write_text(VTT, encoding="utf-8")
    options = ("--workspace", workspace, "--port", "0")
    address = r"(http://\S+)/sessions/(\S+)/review"
    with serving("review", tmp_path / "call.vtt", *options, address=address) as (found, program):
        assert program.poll() is None
        with closing(Store.open(workspace)) as store:
            assert [found[2]] == [one.session_id for one in store.sessions()]


# -- bad input --------------------------------------------------------------------------------------------------------


def test_without_times_the_lines_stand_in_their_order_and_it_is_said(open_file):
    _, state, said = open_file("call.txt", "Q1: Why?\nA1: I wrote an audit.\nQ2: And then?\nA2: We shipped it.\n")
    assert [line.text for line in state.lines.values()] == ["Why?", "I wrote an audit.", "And then?", "We shipped it."]
    assert "no times" in said
    assert any("no times" in problem.message for problem in state.problems)


def test_overlapping_and_unordered_times_lose_no_line(open_file):
    tangled = """1
00:00:10,000 --> 00:00:20,000
Candidate: I wrote an audit of it.

2
00:00:12,000 --> 00:00:13,000
Interviewer: Mhm, go on.

3
00:00:15,000 --> 00:00:25,000
Candidate: And then I moved it.

4
00:00:01,000 --> 00:00:05,000
Interviewer: What did you do?
"""
    _, state, said = open_file("call.srt", tangled)
    assert [line.start_s for line in state.lines.values()] == [1.0, 10.0, 12.0, 15.0]
    assert len(state.utterances) == 4
    assert "sorted by time" in said
    assert "1 line begins before somebody else has ended: kept as talking at once" in said
    assert "words kept" in said


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Lee", "Dana", None]),
            st.none() | st.floats(0, 9),
            st.none() | st.floats(0, 9),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_the_times_say_every_line_is_kept_and_lasts_from_its_start_to_its_end(given_times):
    lines = [
        TranscriptLine(number, None, f"line {number}", start_s, end_s, voice)
        for number, (voice, start_s, end_s) in enumerate(given_times, start=1)
    ]
    placed = timed(lines).lines
    assert sorted(line.number for line in placed) == list(range(1, len(lines) + 1))
    assert all(line.end_s >= line.start_s for line in placed)
    assert [line.start_s for line in placed] == sorted(line.start_s for line in placed)


def test_another_encoding_is_refused_and_nothing_is_made(earmark, tmp_path, workspace):
    (tmp_path / "call.vtt").write_bytes(VTT.replace("Dana", "Zoë").encode("latin-1"))
    done = earmark("review", tmp_path / "call.vtt", "--workspace", workspace, "--no-serve")
    assert_refused(done, "line 7", "not UTF-8", "Save the file as UTF-8")
    assert "No sessions" in earmark("sessions", "--workspace", workspace).err


def test_more_text_than_an_interview_has_is_refused_at_once(earmark, tmp_path, workspace):
    path = tmp_path / "all.txt"
    path.write_bytes(b"I led it.\n" * 3_400_000)
    assert_refused(earmark("review", path, "--workspace", workspace), "34 MB", "more than one interview has")
    assert "No sessions" in earmark("sessions", "--workspace", workspace).err


def test_what_is_not_served_says_which_session_it_became(earmark, tmp_path, workspace):
    (tmp_path / "call.vtt").write_text(VTT)
    done = earmark("review", tmp_path / "call.vtt", "--workspace", workspace, "--no-serve")
    (session_id,) = re.findall(r"Session (\S+)\. To go", done.err)
    assert session_id in earmark("sessions", "--workspace", workspace).out


def test_a_recording_shorter_than_its_transcript_keeps_every_line(open_file, tmp_path):
    _, state, said = open_file("call.vtt", VTT, "--audio", silence(tmp_path / "call.wav", 3))
    assert len(state.utterances) == 2
    assert "shorter than its transcript: it ends at 0:03, the words at 0:12" in said
    assert "1 of the lines without sound" in state.problems[0].message


def test_missing_audio_is_refused_and_nothing_is_made(earmark, tmp_path, workspace):
    (tmp_path / "call.vtt").write_text(VTT, encoding="utf-8")
    done = earmark("review", tmp_path / "call.vtt", "--audio", tmp_path / "no.wav", "--workspace", workspace)
    assert_refused(done, "no.wav", "no such file")
    assert "No sessions" in earmark("sessions", "--workspace", workspace).err


@pytest.mark.parametrize("table", ["events", "setups"])
def test_a_session_of_a_newer_version_is_refused_and_left_alone(open_file, earmark, workspace, table):
    session_id, _, _ = open_file("call.vtt", VTT)
    engine = create_engine(f"sqlite:///{workspace / 'earmark.db'}")
    with engine.begin() as connection:
        if table == "events":
            row = {"id": session_id, "body": '{"type": "mind_read"}'}
            connection.execute(
                text(
                    "INSERT INTO events (session_id, seq, recorded_at, type, body) "
                    "SELECT :id, max(seq) + 1, '2030-01-01', 'mind_read', :body FROM events WHERE session_id = :id"
                ),
                row,
            )
        else:
            connection.execute(text("UPDATE setups SET body = '{\"telepathy\": true}'"))
    engine.dispose()
    before = (workspace / "earmark.db").stat().st_size
    assert_refused(earmark("review", session_id, "--workspace", workspace), "newer", "Update")
    assert (workspace / "earmark.db").stat().st_size == before


def test_neither_a_file_nor_a_session_is_refused(earmark, workspace):
    assert_refused(earmark("review", "nothing", "--workspace", workspace), "no such file, and no session")


def test_a_session_keeps_the_rubric_that_it_was_made_with(open_file, earmark, workspace):
    session_id, _, _ = open_file("call.vtt", VTT)
    assert_refused(earmark("review", session_id, "--rubric", "bei", "--workspace", workspace), "are for files")


def test_what_is_in_a_transcript_goes_into_no_message(earmark, tmp_path, workspace):
    (tmp_path / "call.json").write_text('[{"text": ["a secret"]}]', encoding="utf-8")
    done = earmark("review", tmp_path / "call.json", "--workspace", workspace, "--no-serve")
    assert_refused(done, "utterance 1")
    assert "a secret" not in done.err


def test_people_need_no_more_than_the_candidates_name():
    transcript = parse_transcript(VTT.encode())
    events = tuple(reading_events(read(transcript, People(candidate="Dana Smith")), None))
    assert not [event for event in events if isinstance(event, (SessionStarted, ProblemNoticed))]
    assert [event.label for event in events if isinstance(event, Tag)]
