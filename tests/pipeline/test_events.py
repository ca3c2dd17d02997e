import json
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.events import Event, Utterance, compose, from_json, json_schema, to_json, to_json_line

texts = st.text(max_size=30)
PUBLISHED = jsonschema.Draft202012Validator(json_schema())


st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def every_event():
    return st.one_of(*(st.from_type(kind) for kind in get_args(Event)))


@given(every_event())
def test_an_event_survives_the_way_through_json(event):
    assert from_json(to_json_line(event)) == event
    assert from_json(to_json(event)) == event


@given(every_event())
def test_what_is_written_fits_the_published_schema(event):
    PUBLISHED.validate(json.loads(to_json_line(event)))


def test_the_published_schema_is_the_one_of_the_code():
    published = json.loads((Path(__file__).parents[2] / "docs" / "events.schema.json").read_text())
    assert published == json_schema(), "run `make docs`"


@pytest.mark.parametrize("value", ['{"type": "verdict"}', "[]", "{", '{"type": "tag"}', "null"])
def test_anything_else_is_refused(value):
    with pytest.raises(ValidationError):
        from_json(value)


def test_events_name_their_type_once_each():
    names = [next(f.default for f in fields(kind) if f.name == "type") for kind in get_args(Event)]
    assert len(set(names)) == len(names)


def test_events_cannot_be_changed():
    utterance = Utterance(segment_id=1, channel=1, speaker="candidate", start_s=0, end_s=0, text="", words=())
    with pytest.raises(FrozenInstanceError):
        utterance.text = "other"


@given(st.lists(texts))
def test_composed_words_are_slices_of_the_text(words):
    text, placed = compose((word, 0.0, 0.0, 1.0) for word in words)
    assert [text[w.start_char : w.start_char + len(w.text)] for w in placed] == [w.strip() for w in words if w.strip()]
