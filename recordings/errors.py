"""The errors that realtap raises on purpose.

    RealtapError
    ├── UsageError       an option, a setting or an argument cannot be taken (exit code 2)
    ├── RecordingError   a recording cannot be found or read (exit code 4)
    │   └── ForeignFileError   another tool's file cannot be taken
    └── WireError        the listening port, the upstream or the control channel fails (exit code 3)
        └── InjectionError   what should be sent into a live session cannot be

Messages are lower case, carry the facts and end with the next step, without a full stop.
"""

from pathlib import Path


class RealtapError(Exception):
    """Root of all errors that realtap raises on purpose."""


class UsageError(RealtapError):
    """Raised when an option, a setting or an argument cannot be taken."""


class RecordingError(RealtapError):
    """Raised when a recording cannot be found or read.

    Attributes:
        path: The file.
        line: The line's number, counted from 1; None when the fault is not in one line.
    """

    def __init__(self, message: str, *, path: Path, line: int | None = None) -> None:
        where = f"recording {path}" if line is None else f"recording {path} line {line}"
        super().__init__(f"{where}: {message}")
        self.path = path
        self.line = line


class WireError(RealtapError):
    """Raised when the listening port, the upstream or the control channel fails."""


class InjectionError(WireError):
    """Raised when what should be sent into a live session cannot be: the message says what could."""
