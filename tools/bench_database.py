"""PostgreSQL beside SQLite, in one run: `python -m tools.bench_database [--sessions N] [--events N] [--json FILE]`.

Events per second, each appended in a transaction of its own and on the disk when it counts, by one writer and by
several on sessions of their own; and search in many transcripts. Both databases lie on the disk of TMPDIR, commit to it
with fsync, and take turns, so what else the machine does meets both. Prints figures, and PostgreSQL's as ratios to
SQLite's.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pipeline.events import Event, SessionStarted, Utterance
from pipeline.library import catch_up
from pipeline.search import search
from pipeline.store import Store
from pipeline.workspace import Workspace, audio_path
from tests.support.postgresql import PostgresqlServer
from tools.bench_review.interviews import keep_others

Figures = Mapping[str, Mapping[str, float]]
"""By what was measured, by database."""
_WRITERS: Final = 4
_ROUNDS: Final = 5
_SEARCHES: Final = {
    "one word": "audit",
    "a common word": "the",
    "two words": "candidate audit",
    "a beginning": "cand",
    "a phrase": '"candidate number"',
    "one interview": "candidate number 7",
    "nothing": "xylophone",
}
_TIMES: Final = 10


def measure(sessions: int, events: int) -> Figures:
    """What was measured: events per second, seconds to read all transcripts in, milliseconds a search (medians)."""
    with _stores() as stores:
        # Appends first: the journals are as empty as each other, and no index is in the cache.
        figures = {
            "events/s, one writer": _turns(stores, lambda store, turn: _appends(store, turn, 1, events)),
            f"events/s, {_WRITERS} writers": _turns(
                stores, lambda store, turn: _appends(store, turn, _WRITERS, events)
            ),
            "s to journal the sessions": {
                name: _timed(lambda store=store: keep_others(store, sessions)) for name, store in stores.items()
            },
            "s to read them in": {name: _timed(lambda store=store: _read_in(store)) for name, store in stores.items()},
        }
        for what, typed in _SEARCHES.items():
            figures[f"ms, {what}"] = _turns(stores, lambda store, _, typed=typed: _search_ms(store, typed), _TIMES)
    return figures


@contextmanager
def _stores() -> Iterator[Mapping[str, Store]]:
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="earmark-bench-")))
        server = PostgresqlServer(is_durable=True, folder=Path(tempfile.gettempdir()))
        opened.callback(server.close)
        server.start()
        addresses = {"sqlite": None, "postgresql": server.new_schema()}
        stores = {}
        for name, address in addresses.items():
            audio_path(folder / name, "x").parent.mkdir(parents=True)
            stores[name] = opened.enter_context(Store.open(Workspace(folder / name, address)))
        yield stores


def _turns(
    stores: Mapping[str, Store], work: Callable[[Store, int], float], rounds: int = _ROUNDS
) -> Mapping[str, float]:
    """The median of each database, which take turns."""
    found: dict[str, list[float]] = {name: [] for name in stores}
    for turn in range(rounds):
        for name, store in stores.items():
            found[name].append(work(store, turn))
    return {name: statistics.median(values) for name, values in found.items()}


def _appends(store: Store, turn: int, writers: int, events: int) -> float:
    """Events per second, of `events` in all over every turn, each in its own transaction."""
    count = max(events // _ROUNDS // writers, 1)
    sessions = [f"20240101-{turn:06}-{writers:02}{writer:02}" for writer in range(writers)]
    for session_id in sessions:
        store.append(session_id, [_started(session_id)])
    lines = [_line(number) for number in range(count)]
    with ThreadPoolExecutor(writers) as pool:
        took_s = _timed(lambda: list(pool.map(lambda session_id: _append_each(store, session_id, lines), sessions)))
    return count * writers / took_s


def _append_each(store: Store, session_id: str, events: Sequence[Event]) -> None:
    for event in events:
        store.append(session_id, [event])


def _read_in(store: Store) -> None:
    if catch_up(store, most_s=3600):
        raise RuntimeError("the library was not read within an hour")


def _search_ms(store: Store, typed: str) -> float:
    return 1000 * _timed(lambda: search(store, typed))


def _timed(work: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s


def _started(session_id: str) -> SessionStarted:
    return SessionStarted(
        session_id=session_id,
        started_at="2024-01-01T09:00:00+00:00",
        source="bench",
        channels=1,
        engine="pocketsphinx",
        model="en-us",
        rubric_id=None,
        rubric_version=None,
        rules_version="1",
    )


def _line(number: int) -> Utterance:
    """About as long as what people say between two breaths."""
    return Utterance(
        segment_id=number + 1,
        channel=1,
        speaker="candidate",
        start_s=float(number),
        end_s=number + 1.0,
        text=f"So the {number} rows that nobody had asked for were the ones that I went through on my own.",
        words=(),
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser("bench_database", description="Measure PostgreSQL beside SQLite.")
    parser.add_argument("--sessions", type=int, default=1000, metavar="N", help="interviews to search in")
    parser.add_argument(
        "--events", type=int, default=2000, metavar="N", help="events to append by one writer, and by more"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args(arguments)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before; {options.sessions} interviews")
    figures = measure(options.sessions, options.events)
    print(f"{'':<28}{'SQLite':>10}{'PostgreSQL':>12}{'ratio':>8}")
    for what, found in figures.items():
        ratio = found["postgresql"] / found["sqlite"]
        print(f"{what:<28}{found['sqlite']:>10.1f}{found['postgresql']:>12.1f}{ratio:>8.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
