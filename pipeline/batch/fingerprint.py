"""What a file's outputs were made of and with, as one digest: if it is the same, so are they."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import BadInput


def digest_file(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal. Raises BadInput where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file. Check the spelling and the folder.") from None
    except IsADirectoryError:
        raise BadInput(f"{path}: this is a directory. Give one recording in it.") from None
    except OSError as error:
        raise BadInput(f"{path}: the file cannot be read ({error.strerror}). Check its permissions.") from error


def fingerprint(parts: Mapping[str, Any]) -> str:
    """SHA-256 of plain values by name, whatever their order."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
