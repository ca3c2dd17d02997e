from pipeline.events import Tag
from signals.records import quote_of, tag_record
from signals.text import tag_answers, tag_conversation


def test_record_quotes_exactly_the_slice_it_names() -> None:
    text = "So, um, I wrote an audit 🙂 and took it upstairs."
    tagged = tag_answers([text], None)
    (record,) = [tag_record(tag, tagged.utterances) for tag in tagged.tags]
    assert record["quote"] == text[record["start_char"] : record["end_char"]]
    assert set(record) == {
        "line", "label", "kind", "rule_id", "start_char", "end_char", "quote", "confidence",
    }  # fmt: skip


def test_quote_over_two_lines_joins_its_slices_with_one_space() -> None:
    tagged = tag_conversation([("candidate", "it went from forty minutes"), ("candidate", "to three")], None)
    record = next(tag_record(tag, tagged.utterances) for tag in tagged.tags if tag.label == "metric")
    assert record["quote"] == "from forty minutes to three"
    assert (record["line"], record["end_line"], record["end_char"]) == (1, 2, len("to three"))


def test_metric_carries_its_parsed_value_and_unassigned_its_speaker() -> None:
    tagged = tag_conversation([("unassigned", "complaints dropped by thirty percent")], None)
    record = next(tag_record(tag, tagged.utterances) for tag in tagged.tags if tag.label == "metric")
    assert record["value"] == {"unit": "percent", "value": 30.0, "direction": "down"}
    assert record["speaker"] == "unassigned"


def test_quote_of_is_the_words_the_tag_marks() -> None:
    tagged = tag_answers(["I wrote it."], None)
    tag: Tag = tagged.tags[0]
    assert quote_of(tag, tagged.utterances) == "I wrote it"
