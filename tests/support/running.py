"""Coroutines for tests that block: each loop in a thread of its own.

The thread that runs the tests may hold a loop already (a browser driven from synchronous code keeps one running), and
asyncio allows a thread no second one.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

LIMIT_S: Final = 150
"""Far more than anything takes on a loaded machine, and less than pytest gives a test: what hangs says where."""


def run(coroutine: Coroutine[Any, Any, Result], limit_s: float = LIMIT_S) -> Result:
    """What the coroutine returns or raises; TimeoutError after `limit_s`."""
    outcome: Future[Result] = Future()

    def whole() -> None:
        try:
            outcome.set_result(asyncio.run(asyncio.wait_for(coroutine, limit_s)))
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=whole, daemon=True).start()
    return outcome.result()


class Loop:
    """An asyncio loop that runs on in a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def do(self, coroutine: Coroutine[Any, Any, Result], limit_s: float = LIMIT_S) -> Result:
        """What the coroutine returns or raises, once it is through."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(limit_s)


@contextmanager
def running_loop() -> Iterator[Loop]:
    """A loop until the end of the block; what still runs in it is cancelled there."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield (running := Loop(loop))
        running.do(_cancel_the_rest())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _cancel_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
