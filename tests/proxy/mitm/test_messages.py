"""What is told stays in its line, and is short enough to be read."""

from realtap.proxy.capture import RestCall
from realtap.proxy.mitm.messages import LINE_LIMIT_BYTES, Called, Said, line_of, read_message


def called(header: str) -> Called:
    headers = (("X-Big", header),)
    return Called(
        RestCall(
            "POST", "/v1/realtime/calls", "http://h:1", "reverse", 200, 0.1, headers, (), "", ""
        )
    )


def test_a_message_is_one_line() -> None:
    message = called("two\nlines")
    line = line_of(message)
    assert line.count(b"\n") == 1
    assert read_message(line) == message


def test_a_message_that_is_too_long_is_told_of_instead() -> None:
    line = line_of(called("x" * LINE_LIMIT_BYTES))
    told = read_message(line)
    assert isinstance(told, Said)
    assert "too long to be noted" in told.text
