"""Recordings that lie elsewhere: addresses that fsspec knows (s3://, gs://, https://, ...), listed and fetched.

An address may hold what opens it: a name and password, or a signature after its "?". It is used, and nothing else: what
is shown, kept and said of an error is the address without them, and never the words of the library that failed.
"""

import errno
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from time import sleep
from typing import Any, Final
from urllib.parse import unquote

from pipeline.errors import BadInput, MissingFacility

INSTALL: Final = "`pip install 'earmark[cluster]'` (`pip install '.[cluster]'` in Earmark's folder)"
_ADDRESS: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]+)://(?P<host>[^/?#]*)(?P<path>.*)", re.IGNORECASE | re.DOTALL
)
_QUERY: Final = re.compile(r"\?[\w.-]+=.*", re.S)
"""In storage a "?" or "#" may be part of a name; what looks like this may be a signature."""
_WEB: Final = frozenset({"http", "https"})
_TRIES: Final = 3
_BETWEEN_TRIES_S: Final = 1.0
_BLOCK_BYTES: Final = 4_000_000


def is_address(text: str) -> bool:
    """Whether this is an address to fetch from rather than a path. file:// is a path."""
    return bool(_ADDRESS.match(text)) and not text.lower().startswith("file://")


def local_path(text: str) -> str:
    """A path as it is, and that of a file:// address. Raises BadInput for one on another machine."""
    if not text.lower().startswith("file://"):
        return text
    _, host, path = _parts(text)
    if host.lower() not in ("", "localhost"):
        raise BadInput(f"{text}: a file:// address is one of this machine, as file:///folder/file.")
    return unquote(path)


def shown(address: str) -> str:
    """An address without what opens it: no name and password, and nothing after the "?" of a query."""
    scheme, host, path = _parts(address)
    return f"{scheme}://{host.rpartition('@')[2]}{path}"


def path_of(address: str) -> PurePosixPath:
    """The path within an address, for names and endings."""
    scheme, _, path = _parts(address)
    return PurePosixPath((unquote(path) if scheme in _WEB else path) or "/")


def _parts(address: str) -> tuple[str, str, str]:
    found = _ADDRESS.match(address)
    assert found
    scheme, path = found["scheme"].lower(), found["path"]
    path = re.split(r"[?#]", path)[0] if scheme in _WEB else _QUERY.sub("", path)
    return scheme, found["host"], path


def listed(address: str) -> list[str]:
    """The addresses that an address stands for: what a pattern matches, all files under a folder, or itself.

    Of the web, which has no folders, every address is a file. Raises BadInput, MissingFacility.
    """
    scheme, _, path = _parts(address)
    if scheme in _WEB or not address.endswith(path):  # what is opened by a query is one file
        return [address]
    with _failures(address):
        files, path = _opened(address)
        if any(letter in path for letter in "*?["):
            found = [one for one in files.glob(path) if not files.isdir(one)]
        elif files.isdir(path):
            found = files.find(path)
        else:
            return [address]
        return [_with_path(address, one) for one in sorted(found)]


@contextmanager
def fetched(address: str, suffix: str) -> Iterator[Path]:
    """A copy that only this user can read, removed with the block.

    Raises BadInput where it cannot be had, MissingFacility where this machine has no room or not what it takes.
    """
    with tempfile.TemporaryDirectory(prefix="earmark-") as folder:  # mode 700
        path = Path(folder) / f"fetched{suffix}"
        for tries_left in reversed(range(_TRIES)):
            try:
                _copy(address, path)
                break
            except ConnectionError as error:
                if not tries_left:
                    raise BadInput(f"{shown(address)}: {error}") from None
                sleep(_BETWEEN_TRIES_S)
        yield path


def _copy(address: str, path: Path) -> None:
    with _failures(address):
        files, there = _opened(address)
        files.get_file(there, str(path))


def _opened(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingFacility(f"addresses need fsspec. Install it: {INSTALL}") from None
    if "::" in address:
        raise BadInput(f"{shown(address)}: give one plain address.")
    try:
        files, path = url_to_fs(address)
    except ImportError as error:
        raise MissingFacility(f"{_parts(address)[0]}:// needs one more package: {error}") from None
    except ValueError:
        raise BadInput(f"{shown(address)}: this kind of address is not known. Give s3://, gs://, https:// …") from None
    return files, path


def _with_path(address: str, path: str) -> str:
    """A listed file as an address of its own, with what opened the folder. Some kinds list the host, some do not."""
    scheme, host, _ = _parts(address)
    opening, at, own = host.rpartition("@")
    inside = path.lstrip("/")
    return f"{scheme}://{opening}{at}{inside if inside.startswith(f'{own}/') else f'{own}/{inside}'}"


class _failures:  # noqa: N801 - a context manager, called like a function
    """Whatever a library raises, in words that hold nothing of the address but what may be shown."""

    def __init__(self, address: str) -> None:
        self._name = shown(address)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, BadInput | MissingFacility) or not isinstance(error, Exception):
            return
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise MissingFacility(
                f"{self._name}: there is no room for a copy. Make room where TMPDIR points."
            ) from None
        if isinstance(error, FileNotFoundError | IsADirectoryError):
            raise BadInput(f"{self._name}: there is no such file. Check the address.") from None
        if isinstance(error, PermissionError) or _status(error) in (401, 403):
            raise BadInput(
                f"{self._name}: access was refused. Give the machine that fetches it the credentials, in its "
                f"environment or its provider's configuration file."
            ) from None
        code = _status(error)
        what = f"the server answered {code}" if code else f"it cannot be fetched ({type(error).__name__})"
        if code and 400 <= code < 500:
            raise BadInput(f"{self._name}: {what}.") from None
        raise ConnectionError(f"{what}. Check the network and run the same command again.") from None


def _status(error: BaseException) -> int | None:
    """The HTTP answer, where the library tells it as aiohttp or botocore do."""
    status = getattr(error, "status", None)
    if status is None and isinstance(response := getattr(error, "response", None), dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status if isinstance(status, int) else None
