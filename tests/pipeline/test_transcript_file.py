import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.transcripts.file import parse_transcript, read_transcript


def told(transcript):
    return [(line.number, line.speaker, line.text) for line in transcript.lines]


def refusal(data, format=None):
    with pytest.raises(BadInput) as caught:
        parse_transcript(data if isinstance(data, bytes) else data.encode(), format)
    return str(caught.value)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_plain_text_lines_end_at_line_feeds_only_and_keep_their_numbers(text):
    expected = [
        (number, "candidate", line.removesuffix("\r"))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]
    if expected:
        assert told(parse_transcript(text.encode(), "text")) == expected
    else:
        refusal(text, "text")


def test_plain_text_keeps_blanks_at_the_start_because_offsets_count_them():
    assert told(parse_transcript(b"  we shipped it\x0b in May\r\n")) == [(1, "candidate", "  we shipped it\x0b in May")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_byte_order_mark_are_read(encoding):
    assert told(parse_transcript("naïve — 5 €".encode(encoding))) == [(1, "candidate", "naïve — 5 €")]


def test_another_encoding_is_refused_with_its_line():
    assert "line 2: this is not UTF-8 text" in refusal(b"ok\ncaf\xe9")


def test_a_recording_is_not_taken_for_a_transcript():
    assert "if it is a recording: earmark transcribe" in refusal(b"RIFF\x24\0\0\0WAVE")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_an_encoding_of_two_bytes_without_its_mark_is_named(encoding):
    assert "UTF-16 without its byte order mark. Save the file as UTF-8" in refusal("Why?\n".encode(encoding))


def test_nothing_said_is_refused():
    assert "the file is empty" in refusal(b"\n \n")
    assert "no utterance" in refusal(b"WEBVTT\n")


def test_an_unknown_format_is_refused_with_the_known_ones():
    assert "text, jsonl, vtt, srt, qa" in refusal("hello", "docx")


def test_json_lines_number_utterances_and_skip_tags_and_empty_lines():
    text = (
        '{"type": "utterance", "speaker": "interviewer", "channel": 1, "start_s": 0.5, "end_s": 1, "text": "Why?"}\r\n'
        "\n"
        '{"type": "tag", "label": "action", "start_char": 0}\n'
        '{"speaker": "candidate", "text": "Because.\\nReally."}\n'
    )
    transcript = parse_transcript(text.encode())
    assert transcript.format == "jsonl"
    assert told(transcript) == [(1, "interviewer", "Why?"), (2, "candidate", "Because.\nReally.")]
    assert (transcript.lines[0].start_s, transcript.lines[0].end_s) == (0.5, 1)


GOOD = '{"speaker": "candidate", "text": "fine"}\n'


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{secret", "not a JSON object"),
        ('["secret"]', "not a JSON object"),
        ('{"speaker": "secret", "text": "x"}', '"speaker"'),
        ('{"text": "secret"}', 'no "speaker"'),
        ('{"speaker": "candidate"}', 'no "text"'),
        ('{"speaker": "candidate", "text": 3}', '"text"'),
        ('{"speaker": "candidate", "text": "secret \\ud800"}', "not a JSON object"),
        ('{"speaker": "candidate", "text": "secret", "start_s": -1}', '"start_s"'),
    ],
)
def test_a_wrong_json_line_is_named_and_not_quoted(line, says):
    message = refusal(GOOD + line, "jsonl")
    assert "line 2: " in message
    assert says in message
    assert "secret" not in message


def test_vtt_gives_voices_times_and_plain_words():
    text = (
        "\ufeffWEBVTT - made by hand\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\nNOTE a --> b\r\nmore\r\n\r\n"
        "intro\r\n00:01.000 --> 00:02.500 align:start position:0%\r\n<v Interviewer>What did <i>you</i> do?\r\n\r\n"
        "01:00:03.000 --> 01:00:04.000\r\n<v.loud Candidate>I cut it\r\nto 3 &lt; 4 <00:01.500>ms</v>\r\n"
    )
    transcript = parse_transcript(text.encode())
    assert transcript.format == "vtt"
    assert told(transcript) == [(1, "interviewer", "What did you do?"), (2, "candidate", "I cut it to 3 < 4 ms")]
    assert [(line.start_s, line.end_s) for line in transcript.lines] == [(1.0, 2.5), (3603.0, 3604.0)]


def test_two_voices_in_one_cue_are_two_utterances():
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Interviewer>Why?</v>\n<v Candidate>Because.</v>\n"
    assert told(parse_transcript(text.encode())) == [(1, "interviewer", "Why?"), (2, "candidate", "Because.")]


def cues(*texts):
    blocks = (f"{n}\n00:00:{n:02d},000 --> 00:00:{n:02d},900\n{text}\n" for n, text in enumerate(texts, start=1))
    return "\n".join(blocks).encode()


FIRST, SECOND = "00:00:01,000 --> 00:00:02,000", "00:00:02,000 --> 00:00:03,000"


@pytest.mark.parametrize(
    "text",
    [
        f"1\n{FIRST}\nI led it.\n2\n{SECOND}\nWe won.\n",
        f"{FIRST}\nI led it.\n{SECOND}\nWe won.\n",
        f"0\n{FIRST}\n1\n{FIRST}\nI led it.\n2\n{SECOND}\n3\n{SECOND}\nWe won.\n",
        f"WEBVTT\nKind: captions\n{FIRST}\nI led it.\n2\n{SECOND}\nWe won.\n",
        f"WEBVTT\n\nNOTES-1\n{FIRST}\nI led it.\n\nNOTE\n1\n{FIRST}\nset aside\n\n{SECOND}\nWe won.\n",
    ],
)
def test_a_cue_begins_with_its_times_though_the_empty_line_before_was_forgotten(text):
    lines = parse_transcript(text.encode()).lines
    assert [(line.text, line.start_s) for line in lines] == [("I led it.", 1.0), ("We won.", 2.0)]


def test_what_stands_after_an_empty_line_in_a_subrip_cue_is_kept_and_in_webvtt_is_no_words():
    text = f"1\n{FIRST}\nI led it.\n\nAlone.\n\n2\n\n{SECOND}\nWe won.\n"
    assert [line.text for line in parse_transcript(text.encode()).lines] == ["I led it. Alone.", "We won."]
    assert [line.text for line in parse_transcript(f"WEBVTT\n\n{text}".encode()).lines] == ["I led it.", "We won."]


def test_srt_names_in_front_are_voices_and_the_one_that_asks_is_the_interviewer():
    transcript = parse_transcript(
        cues("Dana Smith: What did you do?", "Sam: I led it.", "Result: we won.", "Dana Smith: And?", "Sam: Fine.")
    )
    assert transcript.format == "srt"
    assert told(transcript) == [
        (1, "interviewer", "What did you do?"),
        (2, "candidate", "I led it."),
        (3, "candidate", "Result: we won."),
        (4, "interviewer", "And?"),
        (5, "candidate", "Fine."),
    ]
    assert "Dana Smith" in transcript.notes[0]


def test_the_name_of_somebody_known_is_a_voice_where_it_stands_once():
    few = cues("Lee Park: Why?", "Dana Smith: I wrote it.", "and moved it.")
    known = parse_transcript(few, "srt", people=["lee park", "Dana Smith"])
    assert [(line.voice, line.text) for line in known.lines] == [
        ("Lee Park", "Why?"),
        ("Dana Smith", "I wrote it."),
        ("Dana Smith", "and moved it."),
    ]
    assert [line.voice for line in parse_transcript(few, "srt").lines] == [None, None, None]


def test_a_name_that_is_rare_says_nothing_of_the_cues_after_it():
    rare = cues("Why?", "Dana Smith: I wrote it.", "And then?", "Result: it went well", "and paid")
    known = parse_transcript(rare, "srt", people=["Dana Smith"])
    assert [(line.voice, line.text) for line in known.lines] == [
        (None, "Why?"),
        ("Dana Smith", "I wrote it."),
        (None, "And then?"),
        (None, "Result: it went well"),
        (None, "and paid"),
    ]


def test_voices_whose_roles_cannot_be_told_are_left_open_and_said():
    transcript = parse_transcript(cues("Ann: One.", "Bob: Two.", "Ann: Three.", "Bob: Four."))
    assert {line.speaker for line in transcript.lines} == {None}
    assert [line.voice for line in transcript.lines] == ["Ann", "Bob", "Ann", "Bob"]
    assert "Ann, Bob" in transcript.notes[0]


def test_srt_mark_up_goes_and_comparisons_stay():
    assert told(parse_transcript(cues("{\\an8}<font color=red>p95 < 3</font> and <b>5 > 4</b>"))) == [
        (1, None, "p95 < 3 and 5 > 4")
    ]


@pytest.mark.parametrize("times", ["00:00:05,000 --> 00:00:04,000", "soon --> later"])
def test_wrong_cue_times_are_named_by_line(times):
    assert "line 2: " in refusal(f"1\n{times}\nsecret\n", "srt")


def test_vtt_without_its_first_line_is_refused():
    assert "line 1" in refusal("00:01.000 --> 00:02.000\nHello\n", "vtt")


def test_questions_and_answers_go_on_over_lines_and_stop_at_ruled_ones():
    text = (
        "HEADING\n=====\nCandidate: John - Developer\n-----\n\n"
        'Q1: Why?\n\nPlease explain.\n\nA1: "Because it\nwas "slow"."\n\nRelevance Score: 0.6 [STRUGGLED]\n~~~~~\n'
        "Remark\n\nQ2: And?\r\nA2: Fine.\r\n"
    )
    transcript = parse_transcript(text.encode())
    assert transcript.format == "qa"
    assert told(transcript) == [
        (1, "interviewer", "Why? Please explain."),
        (2, "candidate", 'Because it was "slow".'),
        (3, "interviewer", "And?"),
        (4, "candidate", "Fine."),
    ]


def test_an_answer_may_follow_its_question_on_the_same_line():
    text = "Q1: Why in Q3: of all? A1: A new market, in Q2: mostly.\nQ2: And? A2: Fine."
    assert [words for _, _, words in told(parse_transcript(text.encode()))] == [
        "Why in Q3: of all?",
        "A new market, in Q2: mostly.",
        "And?",
        "Fine.",
    ]


def test_roles_written_out_mark_turns_too():
    text = "Interviewer: Why?\nCandidate: A reason.\nInterviewer: Thanks."
    assert [speaker for _, speaker, _ in told(parse_transcript(text.encode()))] == [
        "interviewer",
        "candidate",
        "interviewer",
    ]


def test_an_answer_that_starts_with_the_letter_a_is_plain_text():
    assert parse_transcript(b"A migration: I led it.\nA second one.").format == "text"


def test_questions_and_answers_without_markers_are_refused():
    assert "Q1:" in refusal("hello", "qa")


def test_the_extension_decides_before_the_content(tmp_path):
    path = tmp_path / "talk.vtt"
    path.write_text("Q1: Why?\nA1: Because.")
    with pytest.raises(BadInput, match=r"talk\.vtt: line 1"):
        read_transcript(path)
    assert read_transcript(path, "qa").format == "qa"


@pytest.mark.parametrize(("make", "says"), [(lambda path: path.mkdir(), "directory"), (lambda path: path, "no such")])
def test_a_path_that_is_no_file_is_refused(tmp_path, make, says):
    path = tmp_path / "talk.txt"
    make(path)
    with pytest.raises(BadInput, match=says):
        read_transcript(path)


def test_a_stray_nul_is_kept_as_it_stands():
    assert parse_transcript(b"so I rang\0 them and asked", "text").lines[0].text == "so I rang\0 them and asked"
