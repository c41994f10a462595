"""Plain HTTP, as much of it as the endpoints about calls need: one request, one answer, the end.

Bytes in, bytes out; `rest_connection` has the socket, `calls` knows what is asked.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ..wire.handshake import HandshakeError, HeadReader
from .faults import Fault

BODY_LIMIT_BYTES: Final = 1024 * 1024
"""A longer body is refused; an SDP offer has a few kB."""


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A request that is whole."""

    method: str
    target: str
    """Path and query."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The first value of each of the query's parameters."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    def header(self, name: str) -> str:
        """The first value of a header; empty when it is absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """What goes back; the connection ends behind it."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def wire(self) -> bytes:
        """The answer as it is sent."""
        lines = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            *(f"{name}: {value}" for name, value in self.headers),
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def error_body(fault: Fault) -> str:
    """The JSON of an HTTP error: the same words as in an `error` event, without its event ids."""
    error = {
        "message": fault.message,
        "type": fault.type,
        "param": fault.param,
        "code": fault.code,
    }
    return json.dumps({"error": error}, indent=2)


def refused(status: HTTPStatus, fault: Fault) -> RestAnswer:
    """An answer that says what is wrong."""
    return RestAnswer(status, error_body(fault).encode())


class RestReader:
    """Collects the bytes of one request."""

    def __init__(self) -> None:
        self._head_reader = HeadReader(is_request=True)
        self._request: RestRequest | None = None
        self._body = b""

    def receive_data(self, data: bytes) -> RestRequest | RestAnswer | None:
        """The request; the refusal of one that cannot be read; None when more must come."""
        if self._request is None:
            try:
                found = self._head_reader.receive_data(data)
            except HandshakeError as error:
                return _bad(error.status, str(error))
            if found is None:
                return None
            head, data = found
            method, _, rest = head.first_line.partition(" ")
            self._request = RestRequest(method, rest.partition(" ")[0], head.headers)
        return self._receive_body(self._request, data)

    def _receive_body(self, request: RestRequest, data: bytes) -> RestRequest | RestAnswer | None:
        self._body += data
        if request.header("Transfer-Encoding"):
            return _bad(HTTPStatus.LENGTH_REQUIRED, "The request must have a Content-Length.")
        length = request.header("Content-Length") or "0"
        if not (length.isascii() and length.isdecimal()):
            return _bad(HTTPStatus.BAD_REQUEST, "The Content-Length is not a number.")
        if int(length) > BODY_LIMIT_BYTES:
            return _bad(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request's body is too large.")
        if len(self._body) < int(length):
            return None
        return RestRequest(
            request.method, request.target, request.headers, self._body[: int(length)]
        )


def _bad(status: HTTPStatus, message: str) -> RestAnswer:
    return refused(status, Fault(None, message))
