"""A process that writes a session and says on standard output what it was told is kept, until it is done or killed.

notes WORKSPACE SESSION NAME COUNT    notes by NAME, one an append; prints each one's seq
interview WORKSPACE SESSION           utterances and sound side by side, without end
open WORKSPACE GATE                   opens a workspace as soon as the file GATE is there
"""

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.audio import AudioChunk, Samples
from pipeline.events import NoteTaken, Utterance
from pipeline.recording import Recording
from pipeline.store import Store
from pipeline.workspace import audio_path, resolve_workspace
from tests.support.interviews import ROOT, said, started

CHUNK = 800


def writing(*words: object) -> subprocess.Popen[str]:
    """Such a process, begun."""
    command = [sys.executable, "-m", __name__, *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sentence(number: int) -> Utterance:
    """The one of that number, longer or shorter."""
    return said(number, f"sentence {number} " + "and so on " * (number % 50), channel=2, speaker="unassigned")


def tone(channel: int, first_sample: int, length: int) -> Samples:
    """Samples that tell their channel and place."""
    return ((np.arange(first_sample, first_sample + length) * (channel + 6) % 60_000 - 30_000) / 32_768).astype("f4")


def _say(*words: object) -> None:
    # One write, so that a kill never leaves half a line.
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def _write_notes(workspace: str, session_id: str, name: str, count: str) -> None:
    store = Store.open(resolve_workspace(workspace))
    for number in range(int(count)):
        note = NoteTaken(author=name, at_s=float(number), text="")
        _say(*(one.seq for one in store.append(session_id, [note])))


def _write_interview(workspace: str, session_id: str) -> None:
    _say("seq", 0)
    named = resolve_workspace(workspace)
    store = Store.open(named)
    store.append(session_id, [started(session_id)])
    _say("seq", 1)
    threading.Thread(target=_write_sentences, args=(store, session_id), daemon=True).start()
    with Recording.open(audio_path(named.folder, session_id), 2) as recording:
        for first in itertools.count(0, CHUNK):
            for channel in (1, 2):
                recording.receive(AudioChunk(channel, first, tone(channel, first, CHUNK)))
            _say("frames", first + CHUNK)
            time.sleep(0.0005)


def _write_sentences(store: Store, session_id: str) -> None:
    for number in itertools.count(1):
        for one in store.append(session_id, [sentence(number)]):
            _say("seq", one.seq)


def _open_at(workspace: str, gate: str) -> None:
    _say("ready")
    while not Path(gate).exists():
        time.sleep(0.001)
    Store.open(resolve_workspace(workspace)).close()
    _say("opened")


if __name__ == "__main__":
    jobs: dict[str, Callable[..., None]] = {"notes": _write_notes, "interview": _write_interview, "open": _open_at}
    jobs[sys.argv[1]](*sys.argv[2:])
