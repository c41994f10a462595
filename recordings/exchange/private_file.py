"""Writes a file that holds a private conversation: only its owner reads it, and it is whole or not there."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_private(path: Path, pieces: Iterable[bytes], *, written_s: float | None = None) -> None:
    """Write a file, with mode 600, in the place of one that may be there.

    Args:
        path: The file; its folder must exist.
        pieces: What it holds, in order.
        written_s: When it shall seem to have been written, in seconds since 1970; None for now.

    Raises:
        OSError: It cannot be written. Nothing is left of it; what was there before stays.
    """
    # The name begins with a dot: no reader takes an unfinished file for a recording.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 -- of a descriptor, which has the mode
            file.writelines(pieces)
        if written_s is not None:
            os.utime(part, (written_s, written_s))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
