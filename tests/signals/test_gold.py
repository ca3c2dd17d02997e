import hashlib
import json
from pathlib import Path

import pytest

GOLD = Path(__file__).parents[1] / "gold"


@pytest.mark.parametrize("line", (GOLD / "digests.txt").read_text().splitlines())
def test_the_half_that_is_kept_for_testing_is_as_it_was_written(line):
    digest, name, *_ = line.split()
    lines = (GOLD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    kept = "\n".join(text for text in lines if json.loads(text)["half"] == "test")
    assert hashlib.sha256(kept.encode()).hexdigest() == digest
