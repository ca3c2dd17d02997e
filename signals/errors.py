"""The errors of this room, one tree.

    SignalsError
    `-- BadRules     exit code 2: a rule file cannot be used as it is written

Every message says what is wrong, where, and what to do next, and never holds transcript text.
"""

from typing import ClassVar


class SignalsError(Exception):
    """Root of everything that this room raises on purpose."""

    exit_code: ClassVar[int] = 1


class BadRules(SignalsError):
    """A rule file has an unknown key, an unreadable pattern or a word list that does not exist."""

    exit_code = 2
