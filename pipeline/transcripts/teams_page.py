"""Teams' transcripts as they are copied from its page, with what it says there for screen readers.

Dana Smith                          the head of a row of sentences
0 minutes 3 seconds0:03
Dana Smith 0 minutes 3 seconds      and of each sentence, its words below
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

_SPOKEN: Final = r"(?:(?P<h>\d{1,2}) hours? )?(?P<m>\d{1,2}) minutes? (?P<s>\d{1,2}) seconds?"
_LONE: Final = re.compile(rf"\s*{_SPOKEN}\s*(?:\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?\s*$")
_NAMED: Final = re.compile(rf"\s*(?P<name>[^\W\d_].{{0,60}}?) {_SPOKEN}\s*$")
_LONGEST_INITIALS: Final = 3
_FEWEST_TIMES: Final = 2


def as_heads(lines: list[str]) -> list[str]:
    """The lines with each time in figures, and without the heads of rows and the initials beside them.

    What was said and only ends in a time stays ("it took 2 minutes 3 seconds"): a speaker has a line of their own, or
    comes back with every word capitalised.
    """
    named = [_NAMED.match(line) for line in lines]
    counts = Counter(found["name"] for found in named if found)
    alone = {line.strip() for line in lines}
    known = {name for name, count in counts.items() if name in alone or (count > 1 and _is_capitalised(name))}
    if not known and sum(_LONE.match(line) is not None for line in lines) < _FEWEST_TIMES:
        return lines
    gone = set(_repeated(lines, named, known))
    return [_figures(line, known) for number, line in enumerate(lines) if number not in gone]


def _repeated(lines: list[str], named: list[re.Match[str] | None], known: set[str]) -> Iterator[int]:
    """The numbers of the lines that say again what the head below them says."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for at in range(1, len(filled) - 1):
        head = named[filled[at + 1]]
        name = head["name"] if head and head["name"] in known else None
        if name and _LONE.match(lines[filled[at]]) and lines[filled[at - 1]].strip() == name:
            yield from (filled[at], filled[at - 1])
            if at > 1 and _are_initials(lines[filled[at - 2]].strip(), name):
                yield filled[at - 2]


def _are_initials(line: str, name: str) -> bool:
    return len(line) <= _LONGEST_INITIALS and set(line) <= {word[0].upper() for word in name.split()}


def _is_capitalised(name: str) -> bool:
    return all(word[0] == word[0].upper() for word in name.split())


def _figures(line: str, known: set[str]) -> str:
    """A head as "NAME  0:00:03", a time alone as that, any other line as it was."""
    found = _NAMED.match(line)
    if found and found["name"] in known:
        return f"{found['name']}  {_time(found)}"
    found = _LONE.match(line)
    return _time(found) if found else line


def _time(found: re.Match[str]) -> str:
    hours, minutes, seconds = (int(found[part] or 0) for part in ("h", "m", "s"))
    return f"{hours}:{minutes:02}:{seconds:02}"
