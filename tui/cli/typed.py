"""What a person gives a command as a word: the text itself, `@FILE`, or `-` for stdin."""

import sys
from pathlib import Path

import msgspec

from ...recordings.errors import UsageError
from ...recordings.event import Json
from ...recordings.jsontext import loads


def text_from(word: str, what: str) -> str:
    """The text that a word stands for; of a file or stdin without the line break at its end.

    Args:
        word: The text, `@FILE`, or `-`.
        what: What the text is, for errors: `the output`.

    Raises:
        UsageError: The file cannot be read, or holds no text.
    """
    if word == "-":
        return _decoded(sys.stdin.buffer.read(), f"{what} on stdin")
    if word.startswith("@"):
        path = Path(word[1:]).expanduser()
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(
                f"{what}: file {path} cannot be read: {error.strerror or error}; "
                "a text that begins with @ comes by stdin, with -"
            ) from error
        return _decoded(data, f"{what} in {path}")
    return _decoded(word.encode("utf-8", "surrogateescape"), what)


def object_from(word: str, what: str) -> Json:
    """The JSON object that a word stands for.

    Raises:
        UsageError: As `text_from`; or it is no JSON object.
    """
    text = text_from(word, what)
    try:
        value = loads(text.encode())
        # What is legal as JSON and cannot be sent on: half an emoji, as `\ud83d`.
        msgspec.json.encode(value)
    except (ValueError, OverflowError) as error:
        raise UsageError(f'{what} is not JSON: {error}; write it as {{"type": …}}') from error
    if not isinstance(value, dict):
        kind = "an array" if isinstance(value, list) else "no object"
        raise UsageError(f'{what} is {kind}; expected an object, as {{"type": …}}')
    return value


def _decoded(data: bytes, what: str) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} is not UTF-8: {error}") from error
    return text.removesuffix("\n").removesuffix("\r")
