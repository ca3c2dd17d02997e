"""The published schema is the format that the loader accepts."""

import json
from pathlib import Path

import jsonschema
import pytest

from rubrics.load import load_rubric
from rubrics.model import json_schema

PUBLISHED = Path(__file__).parents[2] / "docs" / "rubric.schema.json"


def test_the_published_schema_is_the_current_one():
    """Run `make docs` after a change of the model."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json_schema()


def test_the_schema_is_valid_itself():
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("rubric_id", ["bei", "star-ai", "threads", "verbal-data"])
def test_a_shipped_rubric_satisfies_the_schema(rubric_id):
    rubric = json.loads(load_rubric(rubric_id).model_dump_json(by_alias=True, exclude_defaults=True))
    jsonschema.validate(rubric, json_schema())


def test_an_unknown_key_fails_the_schema():
    rubric = json.loads(load_rubric("bei").model_dump_json(by_alias=True, exclude_defaults=True))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**rubric, "colour": "red"}, json_schema())
