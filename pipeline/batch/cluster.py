"""A pool of processes on other machines: the same as `pool.ProcessPool`, on the workers of a Dask scheduler.

Each worker is given one file at a time, and each try at a file is a task of its own that only this worker may take. So
it is known which file a worker that dies was working on, whatever the scheduler's own settings for tries are, and what
a lost worker finishes after all is of no interest to anybody.
"""

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final, Generic

from distributed.scheduler import KilledWorker

from pipeline.batch.cluster_worker import Answer, MakePerform, Models, attempt
from pipeline.batch.pool import MOST_TRIES, Ended, Heard, Lost, News, OutcomeT, Started, TaskT
from pipeline.errors import MissingFacility

_LOOK_EVERY_S: Final = 1.0
_ANSWER_S: Final = 30.0
"""A scheduler that says nothing for so long is gone."""
_RESULT_S: Final = 60.0
_TELLS_A_SECOND: Final = 50
"""Of all workers together: what a scheduler passes on without noticing."""
_LEAVE_S: Final = 3.0


@dataclass(slots=True)
class _Seat:
    """A worker, and the try that it works on."""

    address: str
    has_card: bool
    attempt_id: str | None = None
    is_unfit: bool = False


@dataclass(slots=True)
class _Attempt(Generic[TaskT]):
    key: str
    task: TaskT
    seat: _Seat
    future: Any


class ClusterPool(Generic[TaskT, OutcomeT]):
    """The workers of a scheduler, those that join later too. Close it, or use it in a `with`."""

    def __init__(
        self,
        client: Any,
        make_perform: MakePerform,
        needs_card: Callable[[TaskT], bool] = lambda _: False,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`client` is a `distributed.Client`. Only workers with the resource GPU get the tasks of which `needs_card`.

        `notice` is told what people should know.
        """
        self._client = client
        self._address = str(client.scheduler.address)
        self._plugin = Models(f"earmark-{secrets.token_hex(6)}", make_perform)
        self._needs_card, self._notice = needs_card, notice
        self._is_ready = False
        self._plain: deque[tuple[str, TaskT]] = deque()
        self._for_cards: deque[tuple[str, TaskT]] = deque()
        self._tries: dict[str, int] = {}
        self._seats: dict[str, _Seat] = {}
        self._attempts: dict[str, _Attempt[TaskT]] = {}
        self._retired: set[str] = set()
        self._said: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._looked_s = -_LOOK_EVERY_S
        self._noticed = ""

    def submit(self, key: str, task: TaskT) -> None:
        """Puts a task in line under a key of its own."""
        self._line_for(task).append((key, task))

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nobody works."""
        return not (self._plain or self._for_cards or self._attempts)

    def news(self, timeout_s: float) -> Iterator[News[OutcomeT]]:
        """What happened since the last call; waits up to `timeout_s` for something. Raises what a task raised.

        Raises MissingFacility where the scheduler is gone, or no worker there can do any task.
        """
        self._begin()
        if monotonic() - self._looked_s >= _LOOK_EVERY_S:
            yield from self._look()
        yield from self._hand_out()
        with suppress(Empty):
            said = self._said.get(timeout=timeout_s)
            while True:
                yield from self._hear(*said)
                said = self._said.get_nowait()
        yield from self._hand_out()

    def close(self) -> None:
        """Leaves at once: what is being worked on is left as soon as its worker looks up."""
        if self._is_ready and self._client.status == "running":
            with suppress(Exception):
                for topic in (self._plugin.name, "all"):
                    self._client.unsubscribe_topic(topic)
                self._client.cancel([one.future for one in self._attempts.values()])
                self._client.sync(
                    self._client.scheduler.unregister_worker_plugin, name=self._plugin.name, callback_timeout=_LEAVE_S
                )
        self._attempts.clear()

    def __enter__(self) -> "ClusterPool[TaskT, OutcomeT]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- workers ------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Only once there is work: what the tasks need is complete by then."""
        if self._is_ready or self.is_idle:
            return
        with self._gone_in_words():
            self._client.subscribe_topic(self._plugin.name, lambda event: self._said.put(("heard", event[1])))
            self._client.subscribe_topic("all", self._note_retired)
            self._client.register_plugin(self._plugin)
        self._is_ready = True

    def _note_retired(self, event: Any) -> None:
        """In Dask's thread. Whoever was sent away, as when a cluster shrinks, did not die of its file."""
        said = event[1]
        if isinstance(said, Mapping) and said.get("action") == "remove-worker" and said.get("expected"):
            self._retired.add(said["worker"])

    def _look(self) -> Iterator[News[OutcomeT]]:
        """Who has joined, and who is no longer there."""
        self._looked_s = monotonic()
        if not self._is_ready:
            return
        with self._gone_in_words():
            there = set(self._ask(self._client.scheduler.ncores))
            if joined := there - self._seats.keys():
                known = self._ask(self._client.scheduler.identity, n_workers=-1)["workers"]
                for address in joined & known.keys():
                    has_card = (known[address].get("resources") or {}).get("GPU", 0) >= 1
                    self._seats[address] = _Seat(address, has_card)
        for address in self._seats.keys() - there:
            seat = self._seats.pop(address)
            if seat.attempt_id:
                yield from self._mourn(seat.attempt_id, is_blamed=address not in self._retired)
        self._say_who_is_missing()

    def _say_who_is_missing(self) -> None:
        fit = [seat for seat in self._seats.values() if not seat.is_unfit]
        missing = ""
        if not fit and (self._plain or self._for_cards):
            missing = (
                f"No worker has joined {self._address} yet: waiting. Start some on machines that see the files: "
                f"dask worker {self._address} --nthreads 1. Ctrl-C leaves."
            )
        elif self._for_cards and not any(seat.has_card for seat in fit):
            missing = (
                f"No worker of {self._address} offers a graphics card: recordings wait. Start one with "
                f"dask worker {self._address} --nthreads 1 --resources GPU=1. Ctrl-C leaves."
            )
        if missing and missing != self._noticed:
            self._notice(missing)
        self._noticed = missing

    # -- tasks --------------------------------------------------------------------------------------------------------

    def _line_for(self, task: TaskT) -> deque[tuple[str, TaskT]]:
        return self._for_cards if self._needs_card(task) else self._plain

    def _hand_out(self) -> Iterator[Started]:
        for seat in self._seats.values():
            if seat.attempt_id is None and not seat.is_unfit:
                line = self._for_cards if seat.has_card and self._for_cards else self._plain
                if line:
                    key, task = line.popleft()
                    self._try(seat, key, task, needs_card=line is self._for_cards)
                    yield Started(key)

    def _try(self, seat: _Seat, key: str, task: TaskT, *, needs_card: bool) -> None:
        attempt_id = f"{self._plugin.name}-{secrets.token_hex(6)}"
        future = self._client.submit(
            *(attempt, self._plugin.name, attempt_id, task, max(1.0, len(self._seats) / _TELLS_A_SECOND)),
            key=attempt_id,
            workers=[seat.address],
            allow_other_workers=False,
            resources={"GPU": 1} if needs_card else None,
            retries=0,
            pure=False,
        )
        seat.attempt_id = attempt_id
        self._attempts[attempt_id] = _Attempt(key, task, seat, future)
        future.add_done_callback(lambda _: self._said.put(("over", attempt_id)))

    def _hear(self, kind: str, said: Any) -> Iterator[News[OutcomeT]]:
        if kind == "heard":
            attempt_id, heard_s, length_s = said
            if attempt_id in self._attempts:
                yield Heard(self._attempts[attempt_id].key, heard_s, length_s)
        elif said in self._attempts:
            yield from self._end(said, self._attempts[said])

    def _end(self, attempt_id: str, one: _Attempt[TaskT]) -> Iterator[News[OutcomeT]]:
        try:
            answer: Answer[OutcomeT] = one.future.result(timeout=_RESULT_S)
        except KilledWorker:
            yield from self._mourn(attempt_id, is_blamed=True)
            return
        except Exception as error:
            yield from self._miss(attempt_id, one, error)
            return
        self._forget(attempt_id)
        match answer.kind:
            case "ended":
                yield Ended(one.key, answer.outcome)  # type: ignore[arg-type]
            case "unfit":
                self._set_aside(one, answer.reason)
            case "raised":
                assert answer.error
                raise answer.error

    def _miss(self, attempt_id: str, one: _Attempt[TaskT], error: Exception) -> Iterator[News[OutcomeT]]:
        """The outcome did not arrive. If its worker is gone, so is the try; else the worker could not take the task."""
        with self._gone_in_words():
            there = self._ask(self._client.scheduler.ncores)
        if one.seat.address not in there:
            self._seats.pop(one.seat.address, None)
            yield from self._mourn(attempt_id, is_blamed=one.future.status != "finished")
            return
        self._forget(attempt_id)
        self._set_aside(one, f"it cannot take tasks ({type(error).__name__}). Install the same release there.")

    def _forget(self, attempt_id: str) -> None:
        one = self._attempts.pop(attempt_id)
        one.seat.attempt_id = None
        one.future.release()

    def _mourn(self, attempt_id: str, *, is_blamed: bool) -> Iterator[News[OutcomeT]]:
        one = self._attempts[attempt_id]
        with suppress(Exception):  # it must not begin anew by itself
            one.future.cancel()
        self._forget(attempt_id)
        self._tries[one.key] = self._tries.get(one.key, 0) + is_blamed
        if self._tries[one.key] >= MOST_TRIES:
            yield Lost(one.key, None)
        else:
            self._line_for(one.task).appendleft((one.key, one.task))

    def _set_aside(self, one: _Attempt[TaskT], reason: str) -> None:
        """A worker that can do no task gets no more; where all are so, so is this run."""
        self._line_for(one.task).appendleft((one.key, one.task))
        one.seat.is_unfit = True
        if all(seat.is_unfit for seat in self._seats.values()):
            raise MissingFacility(f"no worker of {self._address} can do this: {reason}")
        self._notice(f"The worker {one.seat.address} is left out: {reason}")

    # -- the scheduler ------------------------------------------------------------------------------------------------

    def _ask(self, question: Callable[..., Any], **details: Any) -> Any:
        if self._client.status != "running":
            raise ConnectionError
        return self._client.sync(question, **details, callback_timeout=_ANSWER_S)

    def _gone_in_words(self) -> "_GoneInWords":
        return _GoneInWords(self._address)


class _GoneInWords:
    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError | TimeoutError):
            raise MissingFacility(
                f"the scheduler {self._address} is gone. What is done stays done: start it and its workers, and give "
                f"the same command again, which goes on with the rest."
            ) from error
