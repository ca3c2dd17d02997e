"""The commands as the contract tells them, run in this process; `tests/system` runs them as a person does."""

import json
from dataclasses import replace

import pytest

from pipeline.events import ChannelAssigned, SessionEnded
from pipeline.reviewing.decisions import judge
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from rubrics.load import load_rubric
from signals.tagger import Tagger
from signals.text import utterance_of
from tests.support.interviews import started

ANSWER = (
    "At my last company the invoices were always late. I was responsible for the billing job. "
    "I wrote an audit and moved the slow part to the weekend. It went from forty minutes to three minutes."
)


def tags(out):
    return [json.loads(line) for line in out.splitlines()]


def test_no_arguments_show_the_help(earmark):
    _, out, err = earmark()
    assert "transcribe" in out + err


def test_version(earmark):
    code, out, _ = earmark("--version")
    assert code == 0
    assert out.startswith("earmark ")


def test_tag_reads_standard_input(earmark):
    code, out, _ = earmark("tag", "-", "--json", stdin=ANSWER.encode())
    assert code == 0
    assert {"situation", "task", "action", "result", "metric"} <= {tag["label"] for tag in tags(out)}


def test_a_tags_quote_is_the_slice_of_its_line(earmark):
    lines = ["Ünïcödé 😀 first. " + ANSWER, "", ANSWER]
    _, out, _ = earmark("tag", "--json", "--rubric", "bei", stdin="\n".join(lines).encode())
    assert {tag["line"] for tag in tags(out)} == {1, 3}
    for tag in tags(out):
        assert tag["quote"] == lines[tag["line"] - 1][tag["start_char"] : tag["end_char"]]
        assert 0 <= tag["confidence"] <= 1
        assert "text" not in tag


def test_each_plain_line_is_an_answer_of_its_own(earmark):
    _, together, _ = earmark("tag", "--json", stdin=f"{ANSWER}\n{ANSWER}".encode())
    _, alone, _ = earmark("tag", "--json", stdin=ANSWER.encode())
    assert [tag for tag in tags(together) if tag["line"] == 1] == tags(alone)
    assert [{**tag, "line": 1} for tag in tags(together) if tag["line"] == 2] == tags(alone)


def test_a_conversation_carries_its_text_and_tags_questions(earmark):
    said = [
        {"speaker": "interviewer", "text": "Tell me about a project you rescued."},
        {"speaker": "candidate", "text": ANSWER},
    ]
    stdin = "\n".join(map(json.dumps, said)).encode()
    _, out, _ = earmark("tag", "--json", "--rubric", "bei", stdin=stdin)
    question, *others = tags(out)
    assert (question["label"], question["line"]) == ("question", 1)
    assert others
    for tag in tags(out):
        assert tag["text"] == said[tag["line"] - 1]["text"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vtt", f"WEBVTT\n\n00:01.000 --> 00:20.000\n<v Candidate>{ANSWER}\n"),
        ("a.srt", f"1\n00:00:01,000 --> 00:00:20,000\nCandidate: {ANSWER}\n"),
        ("a.txt", f"Q1: What did you rescue?\nA1: {ANSWER}\n"),
    ],
)
def test_transcripts_of_other_shapes_are_tagged(earmark, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    code, out, _ = earmark("tag", tmp_path / name, "--json")
    assert code == 0
    assert {"action", "result"} <= {tag["label"] for tag in tags(out)}


def test_all_flags_adds_flags_that_are_off_by_default(earmark):
    text = b"It was kind of a team thing and stuff like that. I would probably leverage synergies to move the needle."
    _, few, _ = earmark("tag", "--json", stdin=text)
    _, many, _ = earmark("tag", "--json", "--all-flags", stdin=text)
    assert len(tags(many)) > len(tags(few))


def test_explain_says_why_in_words(earmark):
    _, out, _ = earmark("tag", "--json", "--explain", stdin=ANSWER.encode())
    assert all(tag.get("why") or tag["why_not"] for tag in tags(out))


def test_a_question_of_the_rubric_may_be_named(earmark):
    code, _, _ = earmark("tag", "--json", "--rubric", "bei", "--question", "v3.q1", stdin=ANSWER.encode())
    assert code == 0


def test_a_question_that_the_rubric_lacks_is_refused(earmark):
    code, _, err = earmark("tag", "--rubric", "bei", "--question", "v3.q9", stdin=ANSWER.encode())
    assert code == 2
    assert "v3.q" in err


def test_levels_follow_the_tags(earmark):
    text = b"We compared models.\nI used an expanding window and checked that it was stationary."
    code, out, _ = earmark("tag", "--json", "--levels", "--rubric", "verbal-data", stdin=text)
    evidence = [record for record in tags(out) if record.get("type") == "level_evidence"]
    assert code == 0
    assert tags(out)[-len(evidence) :] == evidence
    assert [(record["line"], record["level"]) for record in evidence if "quote" in record] == [(2, 3), (2, 5)]


def test_words_in_the_terminal_have_labels_in_words(earmark):
    _, out, _ = earmark("tag", stdin=ANSWER.encode())
    assert "Situation" in out
    assert "Metric" in out
    assert "“from forty minutes to three minutes”" in out


def test_rubrics_are_listed_shown_and_checked(earmark):
    _, out, _ = earmark("rubric", "list", "--json")
    assert {rubric["id"] for rubric in tags(out)} >= {"bei", "verbal-data", "star-ai", "threads"}
    _, out, _ = earmark("rubric", "show", "bei", "--json")
    assert tags(out)[0]["counts"]["questions"] == 59
    assert earmark("rubric", "check")[0] == 0


def test_an_example_that_is_not_heard_fails_the_check_with_its_line(earmark, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "id: mine\ntitle: Mine\nversion: 1\nsource: me\nsummary: x\ncompetencies:\n"
        "  - id: a\n    title: A\n    signals:\n      - id: a.s\n        text: own audit\n"
        "        examples:\n          - It rained.\n"
    )
    code, _, err = earmark("rubric", "check", path)
    assert code == 2
    assert f"{path}:13: a.s: the example “It rained.” is not heard" in err
    assert f"{path}:10: a.s: it has no synonyms" in err


def test_a_rubric_file_with_a_mistake_is_refused_with_its_line(earmark, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("id: mine\ntitle: Mine\nversion: 1\nsource: me\nsummary: x\ncompetences: []\n")
    code, _, err = earmark("rubric", "check", path)
    assert code == 2
    assert f"{path}:6" in err
    assert "competencies" in err


def test_the_workspace_may_be_named_before_the_command_too(earmark, tmp_path, monkeypatch):
    monkeypatch.setenv("EARMARK_WORKSPACE", str(tmp_path / "unused"))
    assert earmark("--workspace", tmp_path / "w", "sessions")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_an_empty_workspace_has_no_sessions(earmark, tmp_path):
    code, out, err = earmark("sessions", "--workspace", tmp_path / "w")
    assert (code, out) == (0, "")
    assert "earmark demo" in err


def test_sessions_are_listed_with_their_candidate_where_one_is_known(earmark, tmp_path):
    for name, candidate in (("named", ("--candidate", "Ada [x]")), ("unnamed", ())):
        (tmp_path / f"{name}.txt").write_text("I wrote an audit.\n")
        assert (
            earmark("review", tmp_path / f"{name}.txt", "--no-serve", "--workspace", tmp_path / "w", *candidate)[0] == 0
        )
    _, out, _ = earmark("sessions", "--json", "--workspace", tmp_path / "w")
    listed = {session["source"]: session["candidate"] for session in map(json.loads, out.splitlines())}
    assert listed == {"named.txt": "Ada [x]", "unnamed.txt": None}
    assert "Ada [x]" in earmark("sessions", "--workspace", tmp_path / "w")[1]


@pytest.fixture
def swapped(tmp_path):
    """A workspace with one ended session in which the speakers were guessed the wrong way round."""
    said = [(1, "Tell me about a project you rescued."), (2, ANSWER)]
    utterances = [replace(utterance_of(n, text, "unassigned"), channel=n) for n, text in said]
    guesses = [ChannelAssigned(channel=1, speaker="candidate", basis="guessed")]
    guesses.append(ChannelAssigned(channel=2, speaker="interviewer", basis="guessed"))
    tagger = Tagger(load_rubric("bei"))
    heard = [found for event in (*utterances, *guesses) for found in (event, *tagger.receive(event))]
    workspace = resolve_workspace(str(tmp_path / "w")).folder
    with Store.open(workspace) as store:
        store.append("s1", [started("s1", "bei"), *heard, *tagger.receive_end(), SessionEnded(at_s=9.0, reason="over")])
    return workspace


def replayed(earmark, workspace):
    records = tags(earmark("replay", "s1", "--workspace", workspace, "--json")[1])
    said = [record["speaker"] for record in records if record["type"] == "utterance"]
    return said, {record["label"] for record in records if record["type"] == "tag"}


def test_assigning_channels_moves_the_tags_to_the_candidate(earmark, swapped):
    assert replayed(earmark, swapped)[0] == ["candidate", "interviewer"]
    code, _, _ = earmark("assign", "s1", "--speakers", "1=interviewer,2=candidate", "--workspace", swapped)
    assert code == 0
    said, labels = replayed(earmark, swapped)
    assert said == ["interviewer", "candidate"]
    assert {"question", "action", "result", "metric"} <= labels


def test_a_single_utterance_can_be_assigned(earmark, swapped):
    earmark("assign", "s1", "--lines", "2=candidate", "--workspace", swapped)
    said, labels = replayed(earmark, swapped)
    assert said == ["candidate", "candidate"]
    assert "metric" in labels


def test_an_assignment_takes_no_tag_that_somebody_accepted(earmark, swapped):
    earmark("assign", "s1", "--speakers", "1=interviewer,2=candidate", "--workspace", swapped)
    with Store.open(resolve_workspace(str(swapped))) as store:
        state = fold(entry.event for entry in store.read("s1"))
        accepted = [judge(state, tag_id, "accepted", author="ada", event_id=tag_id) for tag_id in state.tags]
        assert accepted
        store.append("s1", accepted)
        earmark("assign", "s1", "--speakers", "1=candidate,2=interviewer", "--workspace", swapped)
        tags = fold(entry.event for entry in store.read("s1")).tags
    assert {tags[tag_id].status for tag_id in state.tags} == {"accepted"}


@pytest.mark.parametrize("options", [(), ("--lines", "9=candidate"), ("--lines", "x"), ("--speakers", "1=boss")])
def test_an_assignment_that_cannot_be_meant_is_refused(earmark, swapped, options):
    code, _, err = earmark("assign", "s1", *options, "--workspace", swapped)
    assert code == 2
    assert "--" in err


def test_the_doctor_reports_and_finds_nothing_broken(earmark, tmp_path):
    code, out, _ = earmark("doctor", "--json", "--workspace", tmp_path / "w")
    assert code == 0
    assert {"Embedded engine", "Speech gate", "Microphones"} <= {finding["name"] for finding in tags(out)}


def test_erasing_asks_and_does_nothing_where_nobody_can_answer(earmark, swapped):
    code, _, err = earmark("erase", "s1", "--workspace", swapped)
    assert code == 2
    assert "--yes" in err
    assert replayed(earmark, swapped)[0]


def test_erasing_says_what_went(earmark, swapped):
    code, out, err = earmark("erase", "s1", "--yes", "--json", "--workspace", swapped)
    assert code == 0
    assert tags(out)[0]["session_id"] == "s1"
    assert "Erased session s1" in err
    assert earmark("erase", "s1", "--yes", "--workspace", swapped)[0] == 2
    assert ANSWER.encode() not in b"".join(path.read_bytes() for path in swapped.rglob("*") if path.is_file())


def test_others_are_let_in_with_a_certificate_only(earmark, tmp_path):
    code, _, err = earmark("serve", "--host", "0.0.0.0", "--port", "0", "--workspace", tmp_path / "w")
    assert code == 2
    assert "--certfile" in err
    (tmp_path / "c.pem").write_text("no certificate")
    one = ("serve", "--port", "0", "--workspace", tmp_path / "w", "--certfile", tmp_path / "c.pem")
    assert "--keyfile" in earmark(*one)[2]
    code, _, err = earmark(*one, "--keyfile", tmp_path / "c.pem", "--host", "0.0.0.0")
    assert code == 2
    assert "cannot use the certificate" in err
    assert "not a file" in earmark(*one, "--keyfile", tmp_path / "none.pem")[2]


def test_live_without_a_recording_or_a_microphone_says_what_is_missing(earmark, tmp_path):
    code, _, err = earmark("live", "--workspace", tmp_path / "w")
    assert code == 3
    assert "microphone" in err
    assert "--source FILE" in err or "Plug one in" in err or "PortAudio" in err


def test_live_lists_the_microphones_and_refuses_a_name_that_none_has(earmark, microphones, tmp_path):
    microphones.add("desk")
    code, out, _ = earmark("live", "--list-devices")
    assert (code, "desk" in out) == (0, True)
    code, _, err = earmark("live", "--device", "lapel", "--workspace", tmp_path / "w")
    assert (code, "desk" in err) == (3, True)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--device", "desk", "--source", "a.wav"),
        ("--source", "a.wav", "--channels", "2"),
        ("--device", "desk", "--device", "lapel", "--channels", "2"),
    ],
)
def test_live_refuses_options_that_contradict_each_other(earmark, options):
    code, _, err = earmark("live", *options)
    assert code == 2
    assert "--source" in err or "--channels" in err
