"""The folder of recordings that a command reads or writes."""

import os
from pathlib import Path

from ...recordings.folder import RecordingsFolder


def folder_from(option: Path | None) -> RecordingsFolder:
    """The folder that `--recordings`, `REALTAP_RECORDINGS` or the rule of the default names."""
    chosen = None if option is None else str(option)
    return RecordingsFolder.default(chosen, os.environ, Path.cwd())
