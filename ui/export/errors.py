"""What cannot be exported, and why."""

from ui.errors import UiError


class CannotExport(UiError):
    """An interview that cannot be written in the format that was asked for."""

    exit_code = 2
