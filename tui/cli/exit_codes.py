"""What the exit code of a command says, and which error ends with which code."""

from enum import IntEnum

import click

from ...recordings.errors import RealtapError, RecordingError, UsageError, WireError


class ExitCode(IntEnum):
    """The exit codes of every command."""

    FINE = 0
    """The command did what it was asked to do."""
    FOUND = 1
    """A check found something at the level that was asked for."""
    USAGE = 2
    """An option, an argument or a setting cannot be taken."""
    WIRE = 3
    """A port cannot be listened on, or the upstream or the control channel fails."""
    RECORDING = 4
    """A recording cannot be found or read."""
    INTERRUPTED = 130
    """Ctrl-C, or another request to stop; everything was closed in order first."""


def exit_code_for(error: RealtapError | click.ClickException) -> ExitCode:
    """The code that a command ends with when it raises the error."""
    match error:
        case WireError():
            return ExitCode.WIRE
        case RecordingError():
            return ExitCode.RECORDING
        case UsageError() | RealtapError() | click.ClickException():
            return ExitCode.USAGE
