"""Choosing, finding and fetching models, with a cache and a hub of the test's own."""

import json
import os
import shutil
import socket
import subprocess
import sys

import pytest

from pipeline.errors import BadInput, MissingFacility
from pipeline.model_folders import ALIASES, REPOSITORIES, find
from pipeline.models import choose, installed, load
from pipeline.recognisers.hardware import has_graphics_card
from tests.fixtures.random_whisper.build import build
from tests.support.interviews import ROOT
from tests.support.model_hub import model_hub

PULL = """
import json, os, sys
import pipeline.model_pull
from pipeline.errors import PipelineError
from pipeline.models import pull
if "PATIENCE_S" in os.environ:  # much more by itself
    pipeline.model_pull.ANSWER_TIMEOUT_S = int(os.environ["PATIENCE_S"])
seen = []
try:
    path = pull(sys.argv[1], lambda done, total: seen.append((done, total)))
except PipelineError as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
else:
    print(json.dumps({"path": str(path), "files": sorted(p.name for p in path.iterdir()), "seen": seen}))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return build(tmp_path_factory.mktemp("models") / "random")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty Hugging Face cache, and an empty folder of models."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("EARMARK_MODELS", str(tmp_path / "models"))
    return tmp_path / "hub"


@pytest.fixture
def put(cache, model):
    """Puts a model into the cache as the hub's client lays it out: blobs, and links to them."""

    def into_cache(name, commit="c0ffee", is_main=True, without=()):
        folder = cache / f"models--{REPOSITORIES[name].replace('/', '--')}"
        snapshot = folder / "snapshots" / commit
        for directory in (snapshot, folder / "blobs", folder / "refs"):
            directory.mkdir(parents=True, exist_ok=True)
        for file in model.iterdir():
            if file.name not in without:
                shutil.copy(file, folder / "blobs" / f"{commit}-{file.name}")
                (snapshot / file.name).symlink_to(folder / "blobs" / f"{commit}-{file.name}")
        if is_main:
            (folder / "refs" / "main").write_text(commit)
        return snapshot

    return into_cache


@pytest.fixture(scope="module")
def hub(model):
    with model_hub(model, "Systran/faster-whisper-base.en") as address:
        yield address


def pull_from(endpoint, home, name, **more):
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1", **more}
    environment.pop("HF_HUB_CACHE", None)
    done = subprocess.run(
        [sys.executable, "-c", PULL, name],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_the_names_are_those_of_faster_whisper():
    from faster_whisper.utils import _MODELS

    assert {**REPOSITORIES, **{alias: REPOSITORIES[name] for alias, name in ALIASES.items()}} == _MODELS


def test_looking_for_models_loads_no_engine():
    code = (
        "import sys, pipeline.models as m; m.choose('auto', None)\n"
        "print([x for x in sys.modules if x in ('faster_whisper', 'ctranslate2', 'pocketsphinx', 'av', 'httpx')])"
    )
    environment = {**os.environ, "HF_HOME": "/nonexistent", "EARMARK_MODELS": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("cache")
def test_without_a_model_auto_takes_the_embedded_engine_and_says_how_to_get_better():
    choice = choose("auto", None)

    assert (choice.engine, choice.model) == ("pocketsphinx", "en-us")
    assert "no Whisper model" in choice.reason
    assert "earmark models pull base.en" in choice.advice
    assert installed() == ()


@pytest.mark.usefixtures("cache")
def test_without_a_model_faster_whisper_is_missing():
    with pytest.raises(MissingFacility, match=r"earmark models pull base\.en"):
        choose("faster-whisper", None)


@pytest.mark.parametrize("engine", ["auto", "faster-whisper"])
@pytest.mark.usefixtures("cache")
def test_a_known_model_that_is_not_here_is_missing_and_named(engine):
    with pytest.raises(MissingFacility, match=r"earmark models pull small\.en"):
        choose(engine, "small.en")


@pytest.mark.parametrize("name", ["bass.en", "./nowhere/at/all", "../x"])
@pytest.mark.usefixtures("cache")
def test_an_unknown_model_is_bad_input_with_the_known_ones(name, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(BadInput, match=r"base\.en"):
        choose("faster-whisper", name)


@pytest.mark.usefixtures("cache")
def test_an_unknown_engine_is_bad_input():
    with pytest.raises(BadInput, match="pocketsphinx"):
        choose("whisper", None)


@pytest.mark.usefixtures("cache")
def test_the_embedded_engine_has_one_model():
    assert choose("pocketsphinx", None).model == choose("auto", "en-us").model == "en-us"
    with pytest.raises(BadInput, match="en-us"):
        choose("pocketsphinx", "base.en")


def test_a_model_in_the_cache_is_installed_and_chosen(put):
    snapshot = put("base.en")
    choice = choose("auto", None)

    assert [(found.name, found.path) for found in installed()] == [("base.en", snapshot)]
    assert installed()[0].size_bytes == sum(file.stat().st_size for file in snapshot.iterdir())
    assert (choice.engine, choice.model, choice.advice) == ("faster-whisper", "base.en", None)
    assert choose("faster-whisper", "base.en").model == "base.en"


@pytest.mark.skipif(has_graphics_card(), reason="there is a graphics card")
def test_without_a_card_the_model_that_keeps_up_is_chosen(put):
    for name in ("large-v3", "tiny.en", "base.en", "medium"):
        put(name)

    assert choose("auto", None).model == "base.en"


@pytest.mark.skipif(has_graphics_card(), reason="there is a graphics card")
def test_a_model_too_large_for_the_machine_comes_with_advice(put):
    put("large-v3")

    assert choose("auto", None).model == "large-v3"
    assert "base.en" in choose("auto", None).advice


@pytest.mark.parametrize("lacking", ["model.bin", "tokenizer.json", "config.json", "vocabulary.json"])
def test_a_model_whose_download_was_cut_off_is_not_installed(put, lacking):
    put("base.en", without=(lacking,))

    assert installed() == ()
    assert choose("auto", None).engine == "pocketsphinx"


def test_a_link_to_a_lost_blob_is_not_a_model(put):
    snapshot = put("base.en")
    (snapshot / "model.bin").resolve().unlink()

    assert installed() == ()


def test_a_whole_older_snapshot_stands_in_for_a_cut_off_newer_one(put):
    older = put("base.en", commit="a1", is_main=False)
    put("base.en", commit="b2", without=("model.bin",))

    assert find("base.en") == older


def test_the_main_snapshot_comes_before_others(put):
    put("base.en", commit="a1", is_main=False)
    main = put("base.en", commit="b2")

    assert find("base.en") == main


def test_an_alias_finds_its_model(put):
    put("large-v3-turbo")

    assert choose("faster-whisper", "turbo").model == "large-v3-turbo"


def test_a_repository_in_the_cache_can_be_named_whole(put):
    put("base.en")

    assert choose("auto", "Systran/faster-whisper-base.en").engine == "faster-whisper"


def test_a_folder_in_the_models_folder_is_installed_by_its_name(cache, model):
    shutil.copytree(model, cache.parent / "models" / "our-own")

    assert [found.name for found in installed()] == ["our-own"]
    assert load(choose("auto", None)).model == "our-own"


@pytest.mark.usefixtures("cache")
def test_a_model_is_loaded_by_its_path(model):
    recogniser = load(choose("auto", str(model)))

    assert (recogniser.engine, recogniser.model) == ("faster-whisper", str(model))


@pytest.mark.usefixtures("cache")
def test_a_folder_without_a_model_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match=r"model\.bin"):
        choose("auto", str(tmp_path))


def test_a_pull_fetches_a_model_with_progress_and_it_loads(hub, tmp_path, model, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    told = pull_from(hub, tmp_path, "base.en")
    total = sum(file.stat().st_size for file in model.iterdir())

    assert told["files"] == sorted(file.name for file in model.iterdir())
    assert told["seen"][-1] == [total, total]
    assert all(0 <= done <= total for done, _ in told["seen"])
    assert load(choose("auto", "base.en")).model == "base.en"


def test_a_name_that_nobody_knows_is_bad_input_before_the_network_is_asked(tmp_path):
    told = pull_from("http://127.0.0.1:9", tmp_path, "bass.en")

    assert told["error"] == "BadInput"
    assert "base.en" in told["message"]


def test_a_repository_that_the_hub_lacks_is_bad_input(hub, tmp_path):
    told = pull_from(hub, tmp_path, "nobody/nothing")

    assert told["error"] == "BadInput"
    assert "nobody/nothing" in told["message"]


def test_a_hub_that_cannot_be_reached_is_missing_and_says_what_to_do(tmp_path):
    told = pull_from("http://127.0.0.1:9", tmp_path, "base.en")

    assert told["error"] == "MissingFacility"
    for part in ("http://127.0.0.1:9/Systran/faster-whisper-base.en", "proxy", "--model PATH"):
        assert part in told["message"]


def test_a_hub_that_never_answers_is_given_up(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = pull_from(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, "base.en", PATIENCE_S="1")

    assert told["error"] == "MissingFacility"


def test_offline_mode_is_respected(hub, tmp_path):
    told = pull_from(hub, tmp_path, "base.en", HF_HUB_OFFLINE="1")

    assert told["error"] == "MissingFacility"
    assert "HF_HUB_OFFLINE" in told["message"]
