"""Whether a recording stops before its end, for containers whose decoder does not notice.

libavformat takes a WAV file's length from what is there, and Ogg has no length. But a RIFF header gives the size of the
whole file, and the last page of an Ogg stream is marked as such (RFC 3533).
"""

from pathlib import Path
from typing import BinaryIO, Final

OPEN_ENDED_BYTES: Final = 0x7FFF_0000
"""RIFF sizes from here on, and 0, are what writers put down that do not know the length yet."""
OGG_TAIL_BYTES: Final = 2 * 65_536
"""No Ogg page is larger than half of this."""
_OGG_PAGE: Final = b"OggS\0"
_OGG_LAST_PAGE: Final = 4


def lacks_end(path: Path, container: str) -> bool:
    """True where the end of the file is known to be missing, False where it is there or nobody can tell."""
    check = {"wav": _lacks_riff_end, "ogg": _lacks_ogg_end}.get(container)
    if check is None:
        return False
    with path.open("rb") as file:
        return check(file, path.stat().st_size)


def _lacks_riff_end(file: BinaryIO, size: int) -> bool:
    head = file.read(8)
    if len(head) < 8 or head[:4] != b"RIFF":
        return False
    promised = int.from_bytes(head[4:], "little")
    return 0 < promised < OPEN_ENDED_BYTES and promised + 8 > size + 1  # some writers forget the padding byte


def _lacks_ogg_end(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - OGG_TAIL_BYTES))
    tail = file.read()
    last = tail.rfind(_OGG_PAGE)
    if last < 0 or len(tail) < last + 27:
        return True
    segments = tail[last + 27 : last + 27 + tail[last + 26]]
    page_end = last + 27 + tail[last + 26] + sum(segments)
    return not tail[last + 5] & _OGG_LAST_PAGE or page_end > len(tail)
