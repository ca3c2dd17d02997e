"""A recording shown as if it were happening: journalled, served, and followed by the terminal over the websocket."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.audio_file import MediaFile
from pipeline.live import LiveLoop
from pipeline.recording import Recording
from pipeline.store import Store, new_session_id
from pipeline.worker import in_process
from pipeline.workspace import audio_path
from ui.follow import follow
from ui.hub import Hub
from ui.server import Server, create_app
from ui.terminal import messages, results
from ui.wiring import Interview, Setup, end_s, find_rubric_words

CHUNK_S: Final = 0.25
"""How much sound is read at once: small enough that a kill loses little, large enough to cost nothing."""
MOST_WAITING: Final = 4
"""Requests that may wait for the models before a recording that is played fast is held back."""


async def show(
    media: MediaFile, setup: Setup, workspace: Path, *, pace: float | None, port: int, keep_serving: bool
) -> None:
    """Play a recording into a new session of the workspace and follow it to its end.

    `pace` 1 is the pace at which it was spoken, None as fast as the models allow. With `keep_serving` the page stays
    open afterwards until the program is interrupted.
    """
    with closing(Store.open(workspace)) as store:
        hub, session_id = Hub(), new_session_id(datetime.now(UTC))
        interview = Interview(
            store, session_id, setup.listener(media.info.kept_channels), lambda r: hub.publish(session_id, r)
        )
        interview.start(media.info.path.name, media, setup)
        async with Server(create_app(store, hub, find_rubric_words), port=port) as server:
            messages.print(f"Session {session_id}; the page is {server.session_url(session_id)}")
            messages.print(f"Kept in the journal as it is heard: `earmark replay {session_id}` shows it again.")
            await _followed(server, session_id, _play(media, setup, interview, audio_path(workspace, session_id), pace))
            if keep_serving:
                messages.print(f"The page stays open at {server.session_url(session_id)} until Ctrl-C.")
                await asyncio.Event().wait()


async def _followed(server: Server, session_id: str, playing: Coroutine[None, None, None]) -> None:
    """Play while the terminal follows; if playing fails, stop following and let the failure out."""
    following = asyncio.create_task(follow(server.url, session_id, results, find_rubric_words=find_rubric_words))
    try:
        await playing
        await following
    finally:
        following.cancel()


async def _play(media: MediaFile, setup: Setup, interview: Interview, audio: Path, pace: float | None) -> None:
    with ExitStack() as open_things:
        ask = await asyncio.to_thread(open_things.enter_context, in_process(setup.worker))
        recording = open_things.enter_context(closing(Recording.open(audio, media.info.channels)))
        loop = LiveLoop(
            media.info.kept_channels,
            ask,
            keep=recording.receive,
            confirm=interview.confirm,
            most_waiting=None if pace else MOST_WAITING,
        )
        try:
            await loop.run(_played(media, pace))
        except asyncio.CancelledError:
            interview.end(recording.frames / RATE_HZ, "stopped at the keyboard")
            raise
    await asyncio.to_thread(interview.end, media.info.duration_s, "the recording ended")


async def _played(media: MediaFile, pace: float | None) -> AsyncIterator[AudioChunk]:
    """The recording's chunks, each no sooner than it would have been heard at `pace`."""
    chunks = media.chunks(CHUNK_S)
    clock = asyncio.get_running_loop()
    started = clock.time()
    while chunk := await asyncio.to_thread(next, chunks, None):
        if pace:
            await asyncio.sleep(started + end_s(chunk) / pace - clock.time())
        yield chunk
