import os
from pathlib import Path

import fsspec
import pytest

from ui.batch.inputs import find_inputs
from ui.batch.manifest import read_manifest
from ui.batch.watching import Watcher
from ui.errors import UsageMistake

OUT = Path("out")
ANSWERS = "Q1: Why?\nA1: Because.\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with recordings, transcripts and what is neither."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "b.wav",
        "a.MP3",
        "deep/er/c.mkv",
        "deep/d.vtt",
        ".hidden.wav",
        "cover.png",
        "out/a/tags.csv",
        "out/x.srt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "talk.txt").write_text(ANSWERS)
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    return tmp_path


def names(paths, entries=(), out=OUT):
    return [os.path.relpath(one.path) for one in find_inputs(paths, entries, out)]


@pytest.mark.usefixtures("here")
def test_a_folder_gives_recordings_and_transcripts_at_any_depth_but_not_what_was_written():
    assert names(["."]) == ["a.MP3", "b.wav", "talk.txt", "deep/d.vtt", "deep/er/c.mkv"]


@pytest.mark.usefixtures("here")
def test_a_file_that_is_named_is_taken_whatever_it_is_called():
    assert names(["notes.txt", "cover.png"]) == ["notes.txt", "cover.png"]


def test_a_pattern_gives_files_and_every_file_comes_once(here):
    assert names(["**/*.wav", "b.wav", str(here / "b.wav"), "./deep/../b.wav"]) == ["b.wav"]


def test_a_list_counts_from_where_it_lies(here):
    (here / "deep" / "list").write_text("# two\n\n../b.wav\ner/c.mkv\n")
    assert names(["@deep/list"]) == ["b.wav", "deep/er/c.mkv"]


def test_a_folder_called_like_a_recording_is_a_file_that_will_fail(here):
    (here / "x.wav").mkdir()
    (here / "x.wav" / "inside.wav").touch()
    assert "x.wav" in names(["."])
    assert names(["x.wav"]) == ["x.wav"]


@pytest.mark.parametrize("name", ["m.csv", "m.yaml"])
def test_a_manifest_says_who_is_who(here, name):
    texts = {
        "m.csv": "file;candidate;role;speakers\nb.wav;Ann;Analyst;1=interviewer,2=candidate\n",
        "m.yaml": "- file: b.wav\n  candidate: Ann\n  role: Analyst\n  speakers: {1: interviewer, 2: candidate}\n",
    }
    (here / name).write_text(texts[name])
    [one] = find_inputs([], read_manifest(here / name), OUT)
    assert (one.candidate, one.role, one.speakers) == ("Ann", "Analyst", {1: "interviewer", 2: "candidate"})


def test_a_manifest_completes_what_is_found_and_adds_what_is_not(here):
    (here / "deep" / "m.csv").write_text("file,candidate\n../b.wav,Ann\n/elsewhere/z.wav,Zoë\n")
    found = find_inputs(["b.wav", "a.MP3"], read_manifest(here / "deep" / "m.csv"), OUT)
    assert [(one.path.name, one.candidate) for one in found] == [("b.wav", "Ann"), ("a.MP3", None), ("z.wav", "Zoë")]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("m.csv", "", "names no file"),
        ("m.csv", "file,candidate\n", "names no file"),
        ("m.csv", "candidate\nAnn\n", "line 2: file"),
        ("m.csv", "file,candidat\nb.wav,Ann\n", "candidat"),
        ("m.csv", "file,role\nb.wav,a,b\n", "line 2: there are more values"),
        ("m.csv", "file,speakers\nb.wav,1=boss\n", "line 2: speakers"),
        ("m.yaml", "file: b.wav\n", "a list of entries"),
        ("m.yaml", "- {file: [\n", "not YAML"),
        ("m.yaml", "- role: Analyst\n", "entry 1: file"),
    ],
)
def test_a_manifest_that_cannot_be_meant_is_refused_with_its_place(here, name, text, words):
    (here / name).write_text(text)
    with pytest.raises(UsageMistake, match=words):
        read_manifest(here / name)


def test_a_file_is_ready_once_it_rests_and_again_when_it_changes(here):
    inputs = find_inputs(["b.wav"], (), OUT)
    watcher = Watcher(settled_s=0.0)
    assert watcher.settled(inputs) == [], "seen for the first time, it may be growing"
    assert watcher.settled(inputs) == list(inputs)
    assert watcher.settled(inputs) == []
    (here / "b.wav").write_bytes(b"more")
    assert watcher.settled(inputs) == []
    assert watcher.settled(inputs) == list(inputs)


@pytest.mark.usefixtures("here")
def test_a_file_that_still_changes_is_not_ready():
    inputs = find_inputs(["b.wav"], (), OUT)
    watcher = Watcher(settled_s=60.0)
    assert [watcher.settled(inputs) for _ in range(3)] == [[], [], []]


def test_addresses_come_as_paths_do_and_are_kept_without_what_opens_them(here):
    (here / "list").write_text("https://host/x/b%201.wav?sig=SECRET\nfile://" + str(here / "b.wav") + "\n")
    (here / "manifest.yaml").write_text("- {file: 's3://KEY:SECRET@bucket/z.flac', candidate: Zoë}\n")
    found = find_inputs(["@list"], read_manifest(here / "manifest.yaml"), OUT)
    assert [one.source for one in found] == ["https://host/x/b%201.wav", str(here / "b.wav"), "s3://bucket/z.flac"]
    assert [one.path.name for one in found] == ["b 1.wav", "b.wav", "z.flac"]
    assert [one.candidate for one in found] == [None, None, "Zoë"]
    assert "SECRET" not in repr(found)


def test_addresses_that_only_what_is_kept_nowhere_tells_apart_are_refused():
    with pytest.raises(UsageMistake, match="differ only after"):
        find_inputs(["https://host/get.wav?id=1", "https://host/get.wav?id=2"], (), OUT)


def test_a_folder_in_storage_gives_recordings_and_transcripts():
    for name in ("a.wav", "deep/b.vtt", "cover.png"):
        fsspec.filesystem("memory").pipe(f"/inputs/{name}", b"x")
    found = find_inputs(["memory://inputs"], (), OUT)
    assert [one.source for one in found] == ["memory://inputs/a.wav", "memory://inputs/deep/b.vtt"]
    with pytest.raises(UsageMistake, match="nothing matches"):
        find_inputs(["memory://inputs/*.mp3"], (), OUT)
