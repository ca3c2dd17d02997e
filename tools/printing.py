"""Tables of figures on a terminal."""

from collections.abc import Iterable, Sequence


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A title and aligned columns, the first to the left."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines if column < len(line)) for column in range(len(header))]
    print(f"\n{title}")
    for line in lines:
        cells = (text.rjust(width) for text, width in zip(line[1:], widths[1:], strict=False))
        print("  ".join((line[0].ljust(widths[0]), *cells)).rstrip(), flush=True)
