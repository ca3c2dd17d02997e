"""The errors of this room, one tree.

    UiError
    |-- UsageMistake     exit code 2: an option or an argument cannot be used as it was written
    |-- CannotServe      exit code 2: the address that was asked for cannot be used
    |-- CannotFollow     exit code 2: there is nothing to follow at that address
    |-- Refused          exit code 2: what somebody at the board asked for is not done

Every message says what is wrong, where, and what to do next, and never holds transcript text.
"""

from typing import ClassVar


class UiError(Exception):
    """Root of everything that this room raises on purpose."""

    exit_code: ClassVar[int] = 1


class UsageMistake(UiError):
    """An option or an argument cannot be used as it was written."""

    exit_code = 2


class CannotServe(UiError):
    """The page cannot be served at the address that was asked for."""

    exit_code = 2


class CannotFollow(UiError):
    """No interview can be followed at the address that was given."""

    exit_code = 2


class Refused(UiError):
    """What somebody at the board asked for is not done; the message tells them why."""

    exit_code = 2
