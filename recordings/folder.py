"""The folder that recordings live in: where it is, what a file is called, how one is found again."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Self

import platformdirs

from .errors import RecordingError, UsageError

ENDING = ".jsonl"
"""The ending of a recording's file name."""

ENVIRONMENT_VARIABLE = "REALTAP_RECORDINGS"
"""Names the folder when no option does."""

LAST = "last"
"""The name that finds the newest recording."""

_MODEL_LENGTH = 60
_NEAREST = 5
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")


_HEAD_BYTES = 512
"""The beginning of a header line: id, start and way in."""


def _is_session(path: Path) -> bool:
    """Whether a recording is a session, not the note of a plain HTTP request."""
    try:
        with path.open("rb") as file:
            return b'"via":"http"' not in file.read(_HEAD_BYTES)
    except OSError:
        return True


class RecordingsFolder:
    """A folder of recordings. It may be missing: it is made when the first session is written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def default(cls, option: str | None, environ: Mapping[str, str], cwd: Path) -> Self:
        """The folder to use: the option, else the environment, else `./recordings`, else the user's.

        Args:
            option: What `--recordings` says.
            environ: The environment; `REALTAP_RECORDINGS` is looked up.
            cwd: Where relative paths begin. `recordings` in it counts when it is a folder without
                an `__init__.py`: a Python package of that name is somebody's code.
        """
        named = option or environ.get(ENVIRONMENT_VARIABLE)
        if named:
            return cls(cwd / _expanded(named))
        here = cwd / "recordings"
        if here.is_dir() and not (here / "__init__.py").exists():
            return cls(here)
        return cls(Path(platformdirs.user_data_dir("realtap", appauthor=False)) / "recordings")

    def ensure_writable(self) -> None:
        """Make the folder, and check that a file can be made in it.

        Raises:
            UsageError: It cannot; the message names the flag that would help.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                return
        except OSError as error:
            raise UsageError(
                f"cannot write recordings to {self.path}: {error.strerror or error}, "
                "name another folder with --recordings DIR"
            ) from error

    def new_path(self, started: datetime, model: str | None) -> Path:
        """A path that no recording has: `YYYYMMDD-HHMMSS-<model>-<4 hex>.jsonl`.

        Args:
            started: When the session started, in UTC.
            model: The model asked for; None when the request names none.
        """
        safe = _UNSAFE.sub("-", model or "")[:_MODEL_LENGTH].strip("-.") or "session"
        while True:
            name = f"{started:%Y%m%d-%H%M%S}-{safe}-{secrets.token_hex(2)}{ENDING}"
            path = self.path / name
            if not path.exists():
                return path

    def paths(self) -> list[Path]:
        """The folder's recordings, newest first; none when there is no such folder.

        By the time in the name; a file of another name by when it was last written.

        Raises:
            RecordingError: The folder cannot be read.
        """
        try:
            with os.scandir(self.path) as entries:
                found = [entry.path for entry in entries if _is_recording(entry)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RecordingError(
                f"the folder cannot be read: {error.strerror or error}, "
                "name another with --recordings DIR",
                path=self.path,
            ) from error
        return sorted(map(Path, found), key=_age, reverse=True)

    def find(self, name: str) -> Path:
        """The recording that a person means.

        Args:
            name: A path, an id (the file's name without its ending), a beginning that only one id
                has, or `last`.

        Raises:
            RecordingError: None or several are meant; the message lists the nearest.
        """
        path = _expanded(name)
        if _is_file(path):
            return path
        recordings = self.paths()
        if name == LAST and recordings:
            return next(filter(_is_session, recordings), recordings[0])
        wanted = name.removesuffix(ENDING)
        found = [each for each in recordings if wanted and each.stem.startswith(wanted)]
        exact = [each for each in found if each.stem == wanted]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if found:
            raise RecordingError(
                f"{len(found)} recordings begin so: {_listed(found)}; write more of the id",
                path=path,
            )
        raise RecordingError(self._not_found(wanted, recordings), path=path)

    def _not_found(self, wanted: str, recordings: list[Path]) -> str:
        if not recordings:
            return (
                f"no such file, and {self.path} holds no recordings; record a session with "
                "`realtap proxy` or name another folder with --recordings DIR"
            )
        by_id = {each.stem: each for each in recordings}
        close = get_close_matches(wanted, by_id, n=_NEAREST, cutoff=0.4)
        within = [each for each in by_id if wanted and wanted in each]
        nearest = [by_id[each] for each in dict.fromkeys([*within, *close])] or recordings
        return f"no such recording in {self.path}; the nearest: {_listed(nearest)}"


def _is_recording(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(ENDING) and not entry.name.startswith(".") and entry.is_file()


def _expanded(name: str) -> Path:
    """With `~` as the home; `~nobody` stays what it is."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # A name that no file can have: too long, or with a null in it.
        return False


_NAMED_BY_TIME = re.compile(r"\d{8}-\d{6}-")


def _age(path: Path) -> tuple[str, float, str]:
    """Sorts by start, then by the last write: names tell seconds only."""
    try:
        written_s = path.stat().st_mtime
    except OSError:
        # It was removed since the folder was listed.
        written_s = 0.0
    if _NAMED_BY_TIME.match(path.stem):
        return path.stem[:15], written_s, path.stem
    return datetime.fromtimestamp(written_s, UTC).strftime("%Y%m%d-%H%M%S"), written_s, path.stem


def _listed(paths: list[Path]) -> str:
    shown = ", ".join(each.stem for each in paths[:_NEAREST])
    return f"{shown} and {len(paths) - _NEAREST} more" if len(paths) > _NEAREST else shown
