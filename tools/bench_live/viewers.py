"""How soon a confirmed sentence is with everybody who watches: one, fifty and two hundred websockets at once.

The server is a process of its own and journals what it tells, a sentence with three tags a second amid drafts and meter
readings at their live rate; all the viewers are in this one, so the last of them waits for what the others are sent.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from websockets.asyncio.client import connect

from pipeline.events import Draft, Event, Label, SessionEnded, SessionStarted, Span, Tag, Utterance
from pipeline.store import Store, new_session_id
from pipeline.workspace import resolve_workspace
from tools.bench_live.run import ROOT
from ui.hub import Hub
from ui.server import Server, create_app
from ui.wire import Now

VIEWERS: Final = (1, 50, 200)
SENTENCES: Final = 10
_TICK_S: Final = 0.25
_TICKS_A_SENTENCE: Final = 4
_LONGEST_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Broadcast:
    """How long after it was journalled each sentence was with each viewer, in seconds; shape sentences by viewers."""

    viewers: int
    after_s: Sequence[Sequence[float]]


async def measure(viewers: int, workspace: Path) -> Broadcast:
    """Tell a server's viewers some sentences. Raises TimeoutError where not all of them get there."""
    command = (sys.executable, "-m", "tools.bench_live.viewers", str(workspace))
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        async with asyncio.timeout(_LONGEST_S):
            url = (await server.stdout.readline()).decode().strip()
            ready = asyncio.Barrier(viewers + 1)
            watching = [asyncio.create_task(_watch(url, ready)) for _ in range(viewers)]
            await ready.wait()
            server.stdin.write(b"tell\n")
            came = await asyncio.gather(*watching)
            told = json.loads(await server.stdout.readline())
    finally:
        server.stdin.close()
        await server.wait()
    return Broadcast(viewers, [[moments[seq] - at for moments in came] for seq, at in told])


async def _watch(url: str, ready: asyncio.Barrier) -> dict[int, float]:
    """When each sentence came, by its sequence number."""
    came: dict[int, float] = {}
    async with connect(url, open_timeout=_LONGEST_S, compression=None) as client:
        is_waited_for = True
        async for text in client:
            at = time.time()
            frame = json.loads(text)
            if is_waited_for and "caught_up" in frame:
                is_waited_for = False
                await ready.wait()
            kind = frame.get("event", {}).get("type")
            if kind == "utterance":
                came[frame["seq"]] = at
            elif kind == "session_ended":
                break
    return came


async def _serve(workspace: Path) -> None:
    session_id = new_session_id(datetime.now(UTC))
    with closing(Store.open(resolve_workspace(str(workspace)))) as store:
        hub = Hub()
        _tell(store, hub, session_id, _started(session_id))
        async with Server(create_app(store, hub)) as server:
            print(f"{server.url.replace('http', 'ws', 1)}ws/sessions/{session_id}?after=0", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            print(json.dumps(await _talk(store, hub, session_id)), flush=True)
            await asyncio.to_thread(sys.stdin.read)


async def _talk(store: Store, hub: Hub, session_id: str) -> list[tuple[int, float]]:
    """Sentences amid drafts and readings; the number of each and the moment from which it was on its way."""
    told: list[tuple[int, float]] = []
    for tick in range(SENTENCES * _TICKS_A_SENTENCE):
        await asyncio.sleep(_TICK_S)
        hub.show(session_id, Now(state="recording", at_s=tick * _TICK_S, levels_db={"1": -30.0 - tick % 7}))
        hub.draft(session_id, Draft(channel=2, speaker="candidate", text="what is said " * 3, at_s=tick * _TICK_S))
        if tick % _TICKS_A_SENTENCE == 0:
            at = time.time()
            seq = await asyncio.to_thread(_tell, store, hub, session_id, *_sentence(tick + 1))
            told.append((seq, at))
    await asyncio.sleep(_TICK_S)
    _tell(store, hub, session_id, SessionEnded(at_s=SENTENCES, reason="told"))
    return told


def _tell(store: Store, hub: Hub, session_id: str, *events: Event) -> int:
    recorded = store.append(session_id, events)
    hub.publish(session_id, recorded)
    return recorded[0].seq


def _sentence(number: int) -> tuple[Event, ...]:
    text = "We cut the nightly run from forty minutes to three, and nobody has had to stay late since."
    start_s, end_s = float(number), number + 1.0
    said = Utterance(
        segment_id=number, channel=2, speaker="candidate", text=text, words=(), start_s=start_s, end_s=end_s
    )
    spans = (Span(segment_id=number, revision=0, start_char=0, end_char=50, start_s=start_s, end_s=end_s),)
    labels: tuple[Label, ...] = ("action", "result", "situation")
    return said, *(
        Tag(
            tag_id=f"{number}-{label}",
            label=label,
            kind=None,
            rule_id="bench",
            spans=spans,
            confidence=0.8,
            speaker="candidate",
        )
        for label in labels
    )


def _started(session_id: str) -> SessionStarted:
    return SessionStarted(
        session_id=session_id,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        source="bench",
        channels=2,
        engine="pocketsphinx",
        model="en-us",
        rubric_id=None,
        rubric_version=None,
        rules_version="1",
    )


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
