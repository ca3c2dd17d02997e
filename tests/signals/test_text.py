from pipeline.events import Speaker
from rubrics.load import load_rubric
from signals.text import iter_answers, tag_answers, tag_conversation, utterance_of

BEI = load_rubric("bei")


def test_words_are_what_white_space_parts() -> None:
    utterance = utterance_of(3, "  a  b\tc", "candidate")
    assert [(word.text, word.start_char) for word in utterance.words] == [("a", 2), ("b", 5), ("c", 7)]
    assert utterance.segment_id == 3


def test_lines_are_independent_answers() -> None:
    tagged = tag_answers(["it went from forty minutes", "to three", "", "I wrote an audit"], BEI)
    assert all(len(tag.spans) == 1 for tag in tagged.tags)
    assert {tag.spans[0].segment_id for tag in tagged.tags} <= {1, 4}
    alone = tag_answers(["I wrote an audit"], BEI)
    assert [tag.label for tag in alone.tags] == [tag.label for tag in tagged.tags if tag.spans[0].segment_id == 4]


def test_lines_come_one_at_a_time() -> None:
    first = next(iter_answers(["one", "two"], None)).utterances[1]
    assert first.segment_id == 1


def test_interviewers_line_starts_a_new_answer() -> None:
    said: list[tuple[Speaker, str]] = [
        ("candidate", "it went from forty minutes"),
        ("interviewer", "What did you change?"),
        ("candidate", "to three"),
    ]
    tagged = tag_conversation(said, BEI)
    assert [tag.label for tag in tagged.tags].count("question") == 1
    assert all(len(tag.spans) == 1 for tag in tagged.tags)


def test_named_question_sets_what_a_line_answers() -> None:
    mode = {question.mode: question.id for question in BEI.questions}
    line = "i would talk to them and i would set up a plan"
    flags = {
        name: [
            t.kind
            for t in tag_answers([line], BEI, question_id=mode[name], all_flags=True).tags
            if t.label == "red_flag"
        ]
        for name in ("behavioural", "hypothetical")
    }
    assert "hypothetical" in flags["behavioural"]
    assert "hypothetical" not in flags["hypothetical"]


def test_what_was_passed_over_says_which_words_held_it_back():
    (told,) = iter_answers(["If I rewrote the ingest job."], None, explain=True)
    reasons = {one.reason for one in told.passed}
    assert "hypothetical, by “if i”" in reasons


def test_nothing_is_explained_unless_it_was_asked_for():
    (told,) = iter_answers(["I never rewrote the ingest job."], None)
    assert told.passed == ()
