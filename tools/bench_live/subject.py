"""The program under test, a process of its own: the board on a recording at the pace at which it was spoken.

Told on standard input what to hear, as one line of JSON; tells the address of the board. A second line starts the
interview, of whose end it tells; the end of the input ends the program.
"""

import asyncio
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from pipeline.audio_file import open_media
from pipeline.events import Speaker
from pipeline.models import choose
from pipeline.workspace import resolve_workspace
from rubrics.load import load_rubric
from tools.bench_live.heard import MarkedHub, MarkedSetup, MarkedSource, MarkedStore, mark_tagging
from tools.bench_live.marks import Marks
from ui.actions import Consent, Frame, Start
from ui.arrangement import Arrangement, People
from ui.notice import ALL_PURPOSES
from ui.seats import HOST_SEAT_ID, Seat
from ui.setting_up import Defaults
from ui.show import Door
from ui.studio import Studio

CANDIDATE: Final = "Bo"
RUBRIC: Final = "bei"


class Order(BaseModel):
    """What to hear, with what. `script`: what the model at `model` is told to say."""

    recording: Path
    workspace: Path
    marks: Path
    model: Path
    script: Path | None = None
    speakers: dict[int, Speaker] = {}


async def hear(order: Order) -> None:
    """Serve the board, hear the recording when told to, and stay until nobody needs it any more."""
    marks = Marks(order.marks)
    choice = choose("faster-whisper", str(order.model))
    setup = MarkedSetup(choice, load_rubric(RUBRIC), order.speakers, marks=marks, script=order.script)
    arrangement = Arrangement(people=People(candidate=CANDIDATE), rubric=setup.rubric, speakers=order.speakers)
    MarkedStore.marks = marks
    mark_tagging(marks)
    with closing(MarkedStore.open(resolve_workspace(str(order.workspace)))) as store:
        hub = MarkedHub(marks)
        studio = Studio(store, hub)
        try:
            async with Door().server(store, hub, studio, setup, Defaults()) as server:
                source = MarkedSource(open_media(order.recording), marks)
                session_id = await studio.open(source, setup, arrangement)
                print(server.session_url(session_id), flush=True)
                await asyncio.to_thread(sys.stdin.readline)
                await _begin(studio, session_id)
                await studio.wait_until_ended(session_id)
                print("ended", flush=True)
                await asyncio.to_thread(sys.stdin.read)
        finally:
            await studio.close()


async def _begin(studio: Studio, session_id: str) -> None:
    host = Seat(HOST_SEAT_ID, session_id, studio.host_name(session_id), "host")
    consent = Consent(type="consent", person=CANDIDATE, is_given=True, purposes=ALL_PURPOSES)
    await studio.act(host, Frame(id="consent", do=consent))
    await studio.act(host, Frame(id="start", do=Start(type="start")))


def main() -> None:
    """Take the order from standard input."""
    asyncio.run(hear(Order.model_validate_json(sys.stdin.readline())))


if __name__ == "__main__":
    main()
