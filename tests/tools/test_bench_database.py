"""The bench of databases: a short run of all of it."""

import json
import math

import pytest

from tools.bench_database import main


@pytest.mark.long
def test_a_short_run_finds_every_figure_for_both(tmp_path, capsys):
    main(["--sessions", "2", "--events", "20", "--json", str(tmp_path / "figures.json")])
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    printed = capsys.readouterr().out
    for what, found in figures.items():
        assert what in printed
        assert set(found) == {"sqlite", "postgresql"}
        assert all(math.isfinite(value) and value > 0 for value in found.values())
