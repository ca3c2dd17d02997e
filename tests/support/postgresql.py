"""A PostgreSQL server of the tests' own: on a free port of this machine, in a folder that goes with it."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy.engine import URL

from pipeline.workspace import Workspace

_DURABLE: Final = "-c max_connections=60"
_FAST: Final = f"{_DURABLE} -c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
"""Nothing of a test outlives its machine."""
_KEPT: Final = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")
"""Where Debian and Homebrew keep versions, off the path."""
USER: Final = "earmark"
DATABASES: Final = ("sqlite", "postgresql")
ON_BOTH: Final = pytest.mark.parametrize("stage", DATABASES, indirect=True)
"""For a test on a stage, which is otherwise in SQLite."""


class PostgresqlServer:
    """A server that runs from `start` to `stop`, as often as wanted; durable where it is one that is measured."""

    def __init__(self, *, is_durable: bool = False, folder: Path = Path("/tmp")) -> None:  # a socket's path is short
        self._programs = _programs()
        self._account: Mapping[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir=folder))
        if self._account:
            shutil.chown(self._folder, **self._account)
        self._options, self.port = _DURABLE if is_durable else _FAST, _free_port()
        # It ends when its input does, be it that this process was killed.
        ending = (
            f"cat; '{self._programs}/pg_ctl' --pgdata='{self._data}' --mode=immediate stop; rm -rf '{self._folder}'"
        )
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self._folder}
        self._end = subprocess.Popen(
            ["sh", "-c", ending], stdin=subprocess.PIPE, start_new_session=True, **quiet, **self._account
        )
        self._run("initdb", "--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        listen = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "--wait", f"--options={listen} {self._options}", f"--log={self._folder / 'log'}", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it: `immediate` as a crash would."""
        self._run("pg_ctl", "--wait", f"--mode={mode}", "stop")

    def close(self) -> None:
        """Stops it for good."""
        self._end.communicate()

    def address(self, database: str = "postgres", *, user: str = USER, **options: str) -> URL:
        """Of a database on it."""
        return URL.create(
            "postgresql+psycopg", user, host="127.0.0.1", port=self.port, database=database, query=options
        )

    def new_schema(self) -> URL:
        """The address of an empty schema: a database of a test's own, for a fraction of what a database costs."""
        name = f"test_{secrets.token_hex(6)}"
        self.do(f"CREATE SCHEMA {name}")
        return self.address(options=f"-c search_path={name}")

    def ask_for_passwords_of(self, user: str) -> None:
        """From now on; everybody else is still let in."""
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"host all {user} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        self.do("SELECT pg_reload_conf()")

    def do(self, statement: str, address: URL | None = None) -> list[tuple[Any, ...]]:
        """Has a statement carried out; the rows that it gives."""
        named = address or self.address()
        where: dict[str, Any] = {**named.translate_connect_args(database="dbname", username="user"), **named.query}
        with psycopg.connect(**where, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._data}", *words]
        with (self._folder / "said").open("a") as said:
            done = subprocess.run(command, stdout=said, stderr=said, cwd=self._folder, check=False, **self._account)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(self._folder / 'said').read_text()}")


def named(workspace: Workspace) -> str:
    """As --workspace takes it; the folder beside an address is for EARMARK_FILES."""
    address = workspace.address
    return str(workspace.folder) if address is None else address.render_as_string(hide_password=False)


def _programs() -> Path:
    """Where the server's programs are."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    kept = [path for folder in _KEPT for path in Path(folder).glob("*/bin/initdb")]
    if not kept:
        raise RuntimeError("PostgreSQL is not installed: `tools/setup system` installs it")
    return max(kept, key=lambda path: path.parts[-3].rpartition("@")[2].zfill(4)).parent


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
