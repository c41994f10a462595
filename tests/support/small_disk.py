"""A disk that is soon full."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk_at(path: Path) -> Iterator[Path]:
    """A file system with room for 256 kB; the test is skipped where none can be mounted."""
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs needs root")
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(path)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


def fill(folder: Path) -> None:
    """Leave not one byte of room."""
    for name, size in (("filler", 4096), ("rest", 1)):
        with contextlib.suppress(OSError), (folder / name).open("wb", buffering=0) as file:
            while file.write(b"x" * size):
                pass
