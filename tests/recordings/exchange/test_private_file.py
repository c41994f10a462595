"""Files that are whole or not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from realtap.recordings.exchange.private_file import write_private


def test_file_is_written_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_private(path, [b"a", b"b"], written_s=100.0)
    assert path.read_bytes() == b"ab"
    assert (path.stat().st_mode & 0o777, path.stat().st_mtime) == (0o600, 100.0)


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    path = tmp_path / "x"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        write_private(path, pieces())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
