"""The program under test, a process of its own: `earmark serve` on a workspace."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_STARTS_S: Final = 120.0
_ENDS_S: Final = 30.0


@asynccontextmanager
async def serving(workspace: Path) -> AsyncIterator[str]:
    """The address of the server, which ends with the context. Raises TimeoutError where it does not start."""
    command = (sys.executable, "-m", "ui", "serve", "--port", "0", "--workspace", str(workspace))
    server = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    assert server.stderr is not None
    reading = None
    try:
        async with asyncio.timeout(_STARTS_S):
            url = await _address(server.stderr)
        reading = asyncio.create_task(server.stderr.read())
        yield url
    finally:
        server.terminate()
        try:
            async with asyncio.timeout(_ENDS_S):
                await server.wait()
        except TimeoutError:
            server.kill()
            await server.wait()
        if reading is not None:
            await reading


async def _address(messages: asyncio.StreamReader) -> str:
    told = ""
    while line := (await messages.readline()).decode():
        told += line
        if found := re.search(r"http://\S+/", told):
            return found[0]
    raise RuntimeError(f"The server did not start: {told}")
