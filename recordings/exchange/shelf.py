"""Makes recordings of what came from other tools: redacted, named, complete or not there at all."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .. import lines
from ..errors import UsageError
from ..event import Unknown
from ..folder import RecordingsFolder
from ..redaction import Redactor
from .cleaning import clean_header, clean_line
from .foreign import ForeignSession, Line, model_of
from .private_file import write_private
from .timeline import parsed_moment


class Shelf:
    """Puts imported sessions into a folder.

    Args:
        folder: Where to.
        tool: Name and version of the writer, for the headers.
    """

    def __init__(self, folder: RecordingsFolder, tool: str) -> None:
        self._folder = folder
        self._tool = tool

    def put(self, session: ForeignSession) -> Path:
        """Write a session as a recording; returns its path.

        Raises:
            UsageError: The folder cannot be written; nothing is left in it then.
        """
        self._folder.ensure_writable()
        redactor = Redactor()
        header = clean_header(session.header, redactor)
        cleaned = [clean_line(each, redactor) for each in session.lines]
        started = parsed_moment(header.started) or datetime.now(UTC)
        path = self._folder.new_path(started.astimezone(UTC), model_of(header, cleaned))
        content = [lines.encode(replace(header, id=path.stem, tool=self._tool))]
        content += [_encoded(each) for each in cleaned]
        ended_s = started.timestamp() + max(
            (getattr(each, "at", 0.0) for each in cleaned), default=0
        )
        try:
            # A recording without an end that was written just now would be taken for a live one.
            write_private(path, content, written_s=ended_s)
        except OSError as error:
            raise UsageError(
                f"cannot write {path}: {error.strerror or error}, "
                "free the disk or name another folder with --recordings DIR"
            ) from error
        return path


def _encoded(line: Line) -> bytes:
    return line.line + b"\n" if isinstance(line, Unknown) else lines.encode(line)
