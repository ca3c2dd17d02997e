"""The wheel, not only the checkout: built, installed into an environment of its own, and run away from the sources."""

import os
import signal
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
    assert any(name.startswith("pipeline/migrations/versions/") for name in names)
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


@pytest.fixture
def surroundings(tmp_path):
    """What the command is run with: nothing of the sources."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "EARMARK_WORKSPACE": str(tmp_path / "workspace")}
    return {"cwd": tmp_path, "env": environment, "stdin": subprocess.DEVNULL, "text": True}


def assert_one_ended_interview(earmark, surroundings):
    listed = subprocess.run([str(earmark), "sessions", "--json"], capture_output=True, check=True, **surroundings)
    assert '"is_ended": true' in listed.stdout


@pytest.mark.timeout(900)
def test_the_demo_tags_its_first_answer_in_a_clean_environment_and_can_be_stopped(earmark, surroundings):
    missing = {"Situation", "Action", "Result", "Metric"}
    demo = [str(earmark), "demo", "--pace", "6"]
    with subprocess.Popen(demo, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **surroundings) as program:
        for line in program.stdout:
            missing -= {words for words in missing if words in line}
            if not missing:
                break
        program.send_signal(signal.SIGINT)
        program.communicate()
    assert missing == set()
    assert program.returncode == 130
    assert_one_ended_interview(earmark, surroundings)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_demo_runs_to_its_end_in_a_clean_environment(earmark, surroundings):
    done = subprocess.run([str(earmark), "demo", "--pace", "30"], capture_output=True, check=False, **surroundings)
    assert done.returncode == 0, done.stderr
    assert_one_ended_interview(earmark, surroundings)
