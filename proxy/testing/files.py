"""Where a test's recordings lie: `recordings/<module>/<test>.jsonl` beside the test."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

FOLDER: Final = "recordings"

NAME_LIMIT: Final = 120
"""Longer names are cut and get a piece of a digest, so that every file system takes them."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._=+@-]+")


def own_files(test_file: Path, qualified_name: str) -> list[Path]:
    """The recordings of a test that exist: the first session's, the second's, …"""
    found: list[Path] = []
    while (path := own_file(test_file, qualified_name, len(found) + 1)).exists():
        found.append(path)
    return found


def own_file(test_file: Path, qualified_name: str, session: int) -> Path:
    """Where the recording of a test's session lies, counted from 1.

    Args:
        test_file: The test's module.
        qualified_name: `Class.test[parameters]`.
        session: Its number within the test.
    """
    folder = test_file.parent / FOLDER / test_file.stem
    ending = "" if session == 1 else f"-{session}"
    return folder / f"{safe_name(qualified_name)}{ending}.jsonl"


def safe_name(name: str) -> str:
    """A name that every file system takes; different names stay different."""
    safe = _UNSAFE.sub("-", name).strip("-.") or "test"
    if safe == name and len(safe) <= NAME_LIMIT:
        return safe
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[: NAME_LIMIT - len(digest) - 1].rstrip('-.')}-{digest}"


def named_files(test_file: Path, names: Sequence[str]) -> list[Path]:
    """The files that a marker names: the first place of `places` where each is, or would be made."""
    return [
        next(
            (path for path in places(test_file, name) if path.exists()), places(test_file, name)[0]
        )
        for name in names
    ]


def places(test_file: Path, name: str) -> list[Path]:
    """Where a named recording is looked for, in this order."""
    folder = test_file.parent
    candidates = [folder / FOLDER / name, folder / FOLDER / test_file.stem / name, folder / name]
    return [Path(name)] if Path(name).is_absolute() else candidates
