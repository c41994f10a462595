"""What a person gives as a word: a text, a file, stdin, JSON."""

import io
import os
from pathlib import Path

import pytest

from realtap.recordings.errors import UsageError
from realtap.tui.cli.typed import object_from, text_from


@pytest.mark.parametrize("text", ["", "sunny", '{"a": 1}', "  two  spaces ", "über", "-5"])
def test_text_is_taken_as_it_is(text: str) -> None:
    assert text_from(text, "the output") == text


@pytest.mark.parametrize(
    ("content", "text"), [(b"a", "a"), (b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b"", "")]
)
def test_file_is_taken_without_its_last_line_break(
    tmp_path: Path, content: bytes, text: str
) -> None:
    (tmp_path / "f.txt").write_bytes(content)
    assert text_from(f"@{tmp_path / 'f.txt'}", "the output") == text


def test_dash_is_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"a": "b"}\n')))
    assert object_from("-", "the event") == {"a": "b"}


def test_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.bin").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"the output in .*f\.bin is not UTF-8"):
        text_from(f"@{tmp_path / 'f.bin'}", "the output")


def test_word_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UsageError, match="the output is not UTF-8"):
        text_from(os.fsdecode(b"\xff"), "the output")


def test_missing_file_is_refused_with_what_to_do_about_an_at_sign() -> None:
    with pytest.raises(UsageError, match="a text that begins with @ comes by stdin, with -"):
        text_from("@home is where it is", "the output")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "the event is not JSON"),
        ("[1]", "the event is an array; expected an object"),
        ('"a"', "the event is no object"),
        ('{"a": "\\ud83d"}', "the event is not JSON"),
    ],
)
def test_what_is_no_object_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        object_from(text, "the event")
