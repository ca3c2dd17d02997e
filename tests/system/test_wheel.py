"""The wheel, not only the checkout: built, installed into an environment of its own, and run away from the sources."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_rooms_their_data_and_one_interview_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"ui/bundled/strong.flac", "rubrics/library/bei.yaml", "ui/web/index.html"} <= set(names)
    assert any(name.startswith("signals/rules/") and name.endswith(".yaml") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"pipeline", "signals", "rubrics", "ui", "earmark"}


@pytest.fixture(scope="module")
def earmark(wheel, tmp_path_factory):
    """The command in a clean environment with the locked packages and the wheel."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "runtime.txt")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    return folder / "bin" / "earmark"


@pytest.mark.timeout(900)
def test_the_demo_runs_from_a_clean_environment(earmark, tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "EARMARK_WORKSPACE": str(tmp_path / "workspace")}
    done = subprocess.run(
        [str(earmark), "demo", "--pace", "30"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for words in ("Situation", "Action", "Result", "Metric"):
        assert words in done.stdout
    listed = subprocess.run(
        [str(earmark), "sessions", "--json"], env=environment, capture_output=True, text=True, check=True
    )
    assert '"is_ended": true' in listed.stdout
