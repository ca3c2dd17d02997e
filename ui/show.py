"""An interview heard here, shown on the page and told in the terminal: what `earmark live` and `earmark demo` run."""

import asyncio
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.audio_file import MediaFile
from pipeline.store import Store
from pipeline.workspace import Workspace
from ui.actions import Consent, Frame, Start
from ui.arrangement import Arrangement
from ui.follow import follow
from ui.hub import Hub
from ui.labels import RubricWords
from ui.notice import ALL_PURPOSES
from ui.origin import MOST_WAITING
from ui.seats import HOST_SEAT_ID, Seat
from ui.server import Server, create_app
from ui.setting_up import Defaults
from ui.sources import FileSource, MicrophoneSource
from ui.studio import Studio
from ui.terminal import messages, results
from ui.wiring import Setup, find_rubric_words, rubric_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the page is served: an interface and port, and what others than this machine's user need."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None
    host_token: str | None = None

    def server(self, store: Store, hub: Hub, studio: Studio, setup: Setup | None, defaults: Defaults) -> Server:
        """The page's server at this door. Raises CannotServe."""

        def words(rubric_id: str) -> RubricWords | None:
            own = setup.rubric if setup else None
            return rubric_words(own) if own and own.id == rubric_id else find_rubric_words(rubric_id)

        app = create_app(store, hub, words, studio=studio, host_token=self.host_token, defaults=defaults)
        return Server(app, host=self.host, port=self.port, certificate=self.certificate, key=self.key)

    def link(self, url: str) -> str:
        """An address of the page as its host opens it."""
        return f"{url}?seat={self.host_token}" if self.host_token else url


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How an interview is shown: begun by itself or from the page, told in the terminal or not, open afterwards or not.

    `consent_of` names the candidate of a recording whose consent is part of it: then nobody need answer or start it.
    `goes_on`: an interview that was set up in the same way and was cut off is shown, rather than another begun.
    """

    pace: float = 1.0
    consent_of: str | None = None
    in_terminal: bool = True
    keep_serving: bool = False
    goes_on: bool = False


async def show(
    heard: MediaFile | MicrophoneSource,
    setup: Setup,
    arrangement: Arrangement,
    workspace: Workspace,
    door: Door,
    showing: Showing,
) -> None:
    """Set up an interview on a recording or microphones, serve its board, and stay until it has ended."""
    with closing(Store.open(workspace)) as store:
        hub = Hub()
        studio = Studio(store, hub)
        defaults = Defaults(
            engine=setup.choice.engine,
            model=setup.choice.model,
            pace=showing.pace,
            files={heard.info.path.name: heard.info.path} if isinstance(heard, MediaFile) else {},
            rubrics={setup.rubric.id: setup.rubric} if setup.rubric and not find_rubric_words(setup.rubric.id) else {},
        )
        try:
            async with door.server(store, hub, studio, setup, defaults) as server:
                is_fast = showing.pace > 1
                source = FileSource(heard, showing.pace) if isinstance(heard, MediaFile) else heard
                session_id = await studio.find_interrupted(source, arrangement) if showing.goes_on else None
                if session_id:
                    messages.print("The last interview was cut off: go on with it on the board. For another: --new.")
                else:
                    session_id = await studio.open(
                        source, setup, arrangement, most_waiting=MOST_WAITING if is_fast else None
                    )
                _tell(server, door, session_id)
                if showing.consent_of:
                    await _begin(studio, session_id, showing.consent_of)
                await _until_ended(studio, session_id, _following(server, door, session_id, showing))
                if showing.keep_serving:
                    messages.print(f"The page stays open at {door.link(server.session_url(session_id))} until Ctrl-C.")
                    await asyncio.Event().wait()
        finally:
            await studio.close("stopped at the keyboard")


def _tell(server: Server, door: Door, session_id: str) -> None:
    messages.print(f"Session {session_id}; the page is {door.link(server.session_url(session_id))}")
    messages.print(f"Kept in the journal as it is heard: `earmark replay {session_id}` shows it again.")


async def _begin(studio: Studio, session_id: str, candidate: str) -> None:
    """Record the consent that comes with the recording, and start."""
    host = Seat(HOST_SEAT_ID, session_id, await asyncio.to_thread(studio.host_name, session_id), "host")
    consent = Consent(type="consent", person=candidate, is_given=True, purposes=ALL_PURPOSES)
    await studio.act(host, Frame(id="consent", do=consent))
    await studio.act(host, Frame(id="start", do=Start(type="start")))


async def _following(server: Server, door: Door, session_id: str, showing: Showing) -> None:
    if showing.in_terminal:
        await follow(
            server.url,
            session_id,
            results,
            find_rubric_words=find_rubric_words,
            token=door.host_token,
            certificate=door.certificate,
        )


async def _until_ended(studio: Studio, session_id: str, following: Coroutine[Any, Any, None]) -> None:
    """Wait while the terminal follows; if hearing fails, stop following and let the failure out."""
    told = asyncio.create_task(following)
    try:
        await studio.wait_until_ended(session_id)
        await told
    finally:
        told.cancel()
