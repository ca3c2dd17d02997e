"""A process that writes a session and says on standard output what it was told is kept, until it is done or killed.

journal_writer.py notes WORKSPACE SESSION NAME COUNT    notes by NAME, one an append; prints each one's seq
journal_writer.py interview WORKSPACE SESSION           utterances and sound side by side, without end
journal_writer.py open WORKSPACE GATE                   opens a workspace as soon as the file GATE is there
"""

import itertools
import sys
import threading
import time
from pathlib import Path

import numpy as np

from pipeline.audio import AudioChunk
from pipeline.events import NoteTaken, SessionStarted, Utterance
from pipeline.recording import Recording
from pipeline.store import Store
from pipeline.workspace import audio_path, resolve_workspace

CHUNK = 800


def started(session_id):
    return SessionStarted(
        session_id=session_id,
        started_at="2026-11-22T23:12:05+00:00",
        source="microphone",
        channels=2,
        engine="embedded",
        model="",
        rubric_id="bei",
        rubric_version="1",
        rules_version="1",
    )


def sentence(number):
    return Utterance(
        segment_id=number,
        channel=2,
        speaker="unassigned",
        start_s=float(number),
        end_s=number + 1.0,
        text=f"sentence {number} " + "and so on " * (number % 50),
        words=(),
    )


def tone(channel, first_sample, length):
    """Samples that tell their channel and place."""
    return ((np.arange(first_sample, first_sample + length) * (channel + 6) % 60_000 - 30_000) / 32_768).astype("f4")


def say(*words):
    # One write, so that a kill never leaves half a line.
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def write_notes(workspace, session_id, name, count):
    store = Store.open(Path(workspace))
    for number in range(int(count)):
        note = NoteTaken(author=name, at_s=float(number), text="")
        say(*(one.seq for one in store.append(session_id, [note])))


def write_interview(workspace, session_id):
    say("seq", 0)
    folder = resolve_workspace(workspace)
    store = Store.open(folder)
    store.append(session_id, [started(session_id)])
    say("seq", 1)
    threading.Thread(target=write_sentences, args=(store, session_id), daemon=True).start()
    with Recording.open(audio_path(folder, session_id), 2) as recording:
        for first in itertools.count(0, CHUNK):
            for channel in (1, 2):
                recording.receive(AudioChunk(channel, first, tone(channel, first, CHUNK)))
            say("frames", first + CHUNK)
            time.sleep(0.0005)


def write_sentences(store, session_id):
    for number in itertools.count(1):
        for one in store.append(session_id, [sentence(number)]):
            say("seq", one.seq)


def open_at(workspace, gate):
    say("ready")
    while not Path(gate).exists():
        time.sleep(0.001)
    Store.open(Path(workspace)).close()
    say("opened")


if __name__ == "__main__":
    {"notes": write_notes, "interview": write_interview, "open": open_at}[sys.argv[1]](*sys.argv[2:])
