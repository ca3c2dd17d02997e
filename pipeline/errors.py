"""The errors of this room, one tree, so that a caller chooses how much to catch.

    PipelineError
    |-- BadInput          exit code 2: what was given cannot be used, and nothing was changed
    |   |-- EditRefused       a correction of the transcript that makes no sense
    |       |-- EditConflict  one made on what has changed meanwhile
    |-- MissingFacility   exit code 3: something of the machine is missing (a model, a microphone, PortAudio)
    |   |-- StoreError        the database cannot be read or written at the moment

Every message says what is wrong, where, and what to do next, and never holds transcript text.
"""

from typing import ClassVar


class PipelineError(Exception):
    """Root of everything that this room raises on purpose."""

    exit_code: ClassVar[int] = 1


class BadInput(PipelineError):
    """A file, folder or setting that was given cannot be used."""

    exit_code = 2


class EditRefused(BadInput):
    """A correction of the transcript or of a tag that cannot be made."""


class EditConflict(EditRefused):
    """What was to be changed is not what it was any more: somebody else changed it first."""


class MissingFacility(PipelineError):
    """The machine lacks something that the request needs."""

    exit_code = 3


class StoreError(MissingFacility):
    """The database cannot be read or written at the moment: a full disk, a lock, a failing drive, a server gone."""
