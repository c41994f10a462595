"""The opening handshake, passed on as it was written (RFC 6455, section 4; RFC 9112).

The client's request goes to the upstream byte for byte, but for three things: `Host`, a path prefix,
and `Sec-WebSocket-Extensions`, which is left out so that every message can be read, dropped or
replaced. The upstream's answer is only read.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec

HEAD_LIMIT_BYTES: Final = 64 * 1024
"""A longer request or answer head is refused; real ones have less than 4 kB."""

_TLS_HANDSHAKE: Final = b"\x16"
"""First byte of a TLS ClientHello (RFC 8446, section 5.1)."""


class HandshakeError(Exception):
    """Raised when what came is no handshake that can be passed on.

    Attributes:
        status: What the client is answered.
    """

    def __init__(self, message: str, *, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class Head(msgspec.Struct, frozen=True):
    """The head of a request or an answer: its first line and its headers, as they came."""

    first_line: str
    headers: tuple[tuple[str, str], ...]
    """Names and values in order; the values without the white space around them."""
    wire: bytes
    """All of it, with the empty line at the end."""

    def header(self, name: str) -> str | None:
        """The first value of a header; None when it is absent."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)

    def listed(self, name: str) -> list[str]:
        """All elements of a header whose value is a comma-separated list."""
        name = name.lower()
        values = ",".join(value for key, value in self.headers if key.lower() == name)
        return [element.strip() for element in values.split(",") if element.strip()]


class HeadReader:
    """Collects bytes until a head is whole.

    Args:
        is_request: True for a client's request, False for an upstream's answer.
    """

    def __init__(self, *, is_request: bool) -> None:
        self._is_request = is_request
        self._data = b""

    def receive_data(self, data: bytes) -> tuple[Head, bytes] | None:
        """The head and the bytes behind it, or None when more must come.

        Raises:
            HandshakeError: The bytes are no HTTP head, or one of more than `HEAD_LIMIT_BYTES`.
        """
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end > HEAD_LIMIT_BYTES or (end < 0 and len(self._data) > HEAD_LIMIT_BYTES):
            raise self._error(
                f"the handshake's head is longer than {HEAD_LIMIT_BYTES} bytes",
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            )
        self._check_first_line()
        if end < 0:
            return None
        try:
            return _parse(self._data[: end + 4]), self._data[end + 4 :]
        except ValueError as error:
            raise self._error(str(error)) from error

    def _check_first_line(self) -> None:
        """Garbage is refused at once, not after the time for a handshake is over."""
        if self._is_request and self._data[:1] == _TLS_HANDSHAKE:
            raise self._error(
                "this port speaks plain WebSocket, and the client began with TLS: "
                "use ws:// or http:// in the client's URL"
            )
        first_line, line_end, _ = self._data.partition(b"\r\n")
        if not line_end:
            first_line = first_line.removesuffix(b"\r")
        is_text = not any(byte < 0x20 or byte == 0x7F for byte in first_line)
        if not is_text or (line_end and b"HTTP/1." not in first_line):
            raise self._error(
                "what came is not an HTTP/1.1 request"
                if self._is_request
                else "the upstream did not answer in HTTP/1.1"
            )

    def _error(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> "HandshakeError":
        return HandshakeError(
            message, status=status if self._is_request else HTTPStatus.BAD_GATEWAY
        )


def _parse(wire: bytes) -> Head:
    first_line, *fields = wire[:-4].decode("latin-1").split("\r\n")
    headers = []
    for field in fields:
        name, colon, value = field.partition(":")
        if not colon or not name or name != name.strip():
            raise ValueError(f"the handshake has a malformed header line: {name[:40]!r}")
        headers.append((name, value.strip(" \t")))
    return Head(first_line=first_line, headers=tuple(headers), wire=wire)


def check_request(head: Head) -> str:
    """The request's target (path and query) when it asks for a WebSocket.

    Raises:
        HandshakeError: It is no HTTP request, or one that asks for something else.
    """
    method, _, rest = head.first_line.partition(" ")
    target, _, version = rest.rpartition(" ")
    if not version.startswith("HTTP/1.") or not target:
        raise HandshakeError("what came is not an HTTP/1.1 request")
    if not target.startswith("/") and not (method == "OPTIONS" and target == "*"):
        raise HandshakeError(
            "the request's target is not a path: this port takes the place of a server; "
            "for a port that is an HTTP proxy start realtap with --mode regular"
        )
    if not is_upgrade(head):
        raise HandshakeError(
            f"realtap passes WebSocket connections on, and {method} {target.partition('?')[0]} "
            "asks for none: send plain HTTP requests to the server itself",
            status=HTTPStatus.NOT_IMPLEMENTED,
        )
    return target


def is_upgrade(head: Head) -> bool:
    """Whether a request asks for a WebSocket."""
    return head.first_line.startswith("GET ") and "websocket" in [
        each.lower() for each in head.listed("Upgrade")
    ]


def is_plain(head: Head) -> bool:
    """Whether a request is one to a server, and asks for no WebSocket."""
    method, _, rest = head.first_line.partition(" ")
    target, _, version = rest.rpartition(" ")
    is_to_server = target.startswith("/") or (method == "OPTIONS" and target == "*")
    return is_to_server and version.startswith("HTTP/1.") and not is_upgrade(head)


def rewrite_request(head: Head, *, host: str, path_prefix: str = "") -> bytes:
    """The client's request as it goes to the upstream.

    Args:
        head: As the client wrote it, checked by `check_request`.
        host: The value of `Host`: the upstream's name, with its port unless it is the default one.
        path_prefix: Put before the path; empty or beginning with a slash.
    """
    first_line, *fields = head.wire[:-4].split(b"\r\n")
    method, _, target = first_line.partition(b" ")
    lines = [method + b" " + path_prefix.encode() + target]
    for field in fields:
        name = field.partition(b":")[0].lower()
        if name == b"host":
            lines.append(field[: len(name)] + b": " + host.encode())
        elif name != b"sec-websocket-extensions":
            lines.append(field)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def answer_status(head: Head) -> int:
    """The status code of an answer.

    Raises:
        HandshakeError: The upstream's answer is not HTTP.
    """
    version, _, rest = head.first_line.partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not status.isdecimal():
        raise HandshakeError(
            "the upstream did not answer in HTTP/1.1", status=HTTPStatus.BAD_GATEWAY
        )
    return int(status)


def refusal(status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None) -> bytes:
    """An answer of our own: one line of plain text, after which the connection ends."""
    body = f"realtap: {message}\n".encode()
    more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n{more}"
        "Connection: close\r\n\r\n"
    ).encode() + body
