"""The file format as JSON Schema, for editors. `python -m rubrics.schema` prints what docs/rubric.schema.json holds."""

import json
import sys
from typing import Any

from rubrics.model import Rubric


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a rubric file."""
    schema = Rubric.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
