"""Errors carry their facts."""

from pathlib import Path

import pytest

from realtap.recordings.errors import RealtapError, RecordingError, UsageError, WireError


def test_recording_error_names_the_file_and_the_line() -> None:
    error = RecordingError("expected an object, got a list", path=Path("demo.jsonl"), line=812)
    assert str(error) == "recording demo.jsonl line 812: expected an object, got a list"
    assert (error.path, error.line) == (Path("demo.jsonl"), 812)


def test_recording_error_without_a_line_names_the_file() -> None:
    error = RecordingError("no such file", path=Path("demo.jsonl"))
    assert str(error) == "recording demo.jsonl: no such file"
    assert error.line is None


@pytest.mark.parametrize("kind", [UsageError, WireError])
def test_every_error_on_purpose_has_one_root(kind: type[RealtapError]) -> None:
    with pytest.raises(RealtapError, match="why"):
        raise kind("why")
