"""What a batch writes about one file: a folder that is there whole or not at all.

OUT/NAME/              named after the file
    record.json        what is known and counted of it; the summary and the report are made of these
    interview.jsonl    ... and the other formats asked for
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pipeline.errors import MissingFacility

RECORD: Final = "record.json"
WORK_FOLDER: Final = ".earmark"
"""Under OUT: folders on their way, and the lock."""
SUMMARY_FILES: Final = ("summary.csv", "summary.parquet", "report.html")
RESERVED_NAMES: Final = frozenset({*SUMMARY_FILES, WORK_FOLDER})


class OutputFolder:
    """One file's folder on its way: written aside, put into place by `publish`."""

    def __init__(self, out: Path, name: str, claim: str) -> None:
        self._final = out / name
        self._aside = out / WORK_FOLDER / f"{claim}.new"
        self._replaced = out / WORK_FOLDER / f"{claim}.old"

    def write(self, record: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Writes everything aside. Raises MissingFacility where the disk takes no more."""
        with _disk_failures(self._final):
            self._aside.mkdir(parents=True, exist_ok=True)
            for name, data in files.items():
                (self._aside / name).write_bytes(data)
            body = json.dumps({**record, "files": sorted(files)}, ensure_ascii=False, indent=1)
            (self._aside / RECORD).write_bytes(body.encode("utf-8"))

    def publish(self) -> None:
        """Puts it in the place of what an earlier run wrote."""
        with _disk_failures(self._final):
            if self._final.exists():
                self._final.rename(self._replaced)
            self._aside.rename(self._final)

    def discard(self) -> None:
        """Removes what is left aside; call it in any case."""
        for folder in (self._aside, self._replaced):
            shutil.rmtree(folder, ignore_errors=True)


class _disk_failures:  # noqa: N801 - a context manager, called like a function
    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise MissingFacility(
                f"cannot write {self._path}: {error.strerror}. Make room or choose another folder with --out DIR, and "
                f"run the same command again: what is done stays done."
            ) from error


def read_record(folder: Path) -> dict[str, Any] | None:
    """What a batch wrote about a file; None where it did not, or not whole."""
    with suppress(OSError, ValueError):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if isinstance(record, dict) and isinstance(record.get("files"), list):
            return record
    return None


def are_outputs_there(folder: Path, files: Iterable[str]) -> bool:
    """Whether the folder has its record, all that was written with it, and `files`."""
    record = read_record(folder)
    return record is not None and all((folder / name).is_file() for name in {*record["files"], *files})


def is_somebody_elses(folder: Path, source: str) -> bool:
    """Whether a folder of that name is there and was not written for this source."""
    if not folder.exists():
        return False
    record = read_record(folder)
    return record is None or record.get("source") != source
