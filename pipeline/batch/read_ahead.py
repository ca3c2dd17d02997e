"""An iterator that runs ahead of its reader in a thread of its own."""

import threading
from collections.abc import Generator, Iterator
from queue import Full, Queue
from typing import Any, Final, TypeVar

_ItemT = TypeVar("_ItemT")
_END: Final = object()
_LOOK_UP_S: Final = 0.2


def read_ahead(items: Iterator[_ItemT], most: int) -> Generator[_ItemT, None, None]:
    """The same items, up to `most` of them made before they are asked for; raises where `items` does.

    Closing it, or leaving it to the garbage collector, ends the thread.
    """
    queue: Queue[Any] = Queue(most)
    is_over = threading.Event()

    def put(item: Any) -> bool:
        while not is_over.is_set():
            try:
                queue.put(item, timeout=_LOOK_UP_S)
            except Full:
                continue
            return True
        return False

    def run() -> None:
        try:
            for item in items:
                if not put((item, None)):
                    return
            put((_END, None))
        except BaseException as error:  # raised where the items are read
            put((_END, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            item, error = queue.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        is_over.set()
        thread.join()
