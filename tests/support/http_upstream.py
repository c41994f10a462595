"""A plain HTTP server, and a client that reads one answer as it came."""

import asyncio
import gzip
import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from raw_peers import PATIENCE_S, Peer

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"}
"""RFC 9110, section 7.6.1."""

SECRET = "ek_68af296e8e408191a1120ab6383263c2"

ANSWERS: dict[str, bytes] = {
    "/v1/models": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: a=1\r\n"
    b"Set-Cookie: b=2\r\nx-Request-ID: 7\r\nContent-Length: 11\r\n\r\n"
    b'{"data":[]}',
    "/v1/events": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nd\r\ndata: first\n\n\r\ne\r\ndata: second\n\n\r\n0\r\n\r\n",
    "/v1/missing": b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
    b'Content-Length: 14\r\nX-Why: gone\r\n\r\n{"error":"no"}',
    "/v1/empty": b"HTTP/1.1 204 No Content\r\nX-Empty: yes\r\n\r\n",
    "/v1/unchanged": b'HTTP/1.1 304 Not Modified\r\nETag: "7"\r\n\r\n',
    "/v1/until-closed": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nas long as it takes",
    "/v1/overloaded": b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
    b"Content-Length: 4\r\n\r\nbusy",
}


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def end_to_end(self) -> list[tuple[str, str]]:
        """The headers but those that are for one connection only, in any order."""
        return sorted((n.lower(), v) for n, v in self.headers if n.lower() not in HOP_BY_HOP)

    def json(self) -> dict[str, object]:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


@asynccontextmanager
async def http_upstream(tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that answers each path in its own way, and POSTs with what it was sent; its URL."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        scheme = "ws" if tls is None else "wss"
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def ask(peer: Peer, request: bytes) -> Answer:
    """Send a request; read its answer to the end."""
    await peer.send(request)
    method = request.partition(b" ")[0]
    return await asyncio.wait_for(_read_answer(peer.reader, method), PATIENCE_S)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: h\r\nX-App: yes\r\n\r\n".encode()


def post(path: str, body: bytes, *more: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: h", f"Content-Length: {len(body)}", *more]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            first_line, headers = await _read_head(reader)
            method, target, _ = first_line.split(" ")
            body = await _read_body(reader, headers, is_request=True)
            path = target.partition("?")[0].removeprefix("/eu")
            writer.write(_answer_to(method, path, headers, body))
            await writer.drain()
            if path == "/v1/until-closed":
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _answer_to(method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    match method:
        case "GET":
            return ANSWERS.get(path, ANSWERS["/v1/missing"])
        case "HEAD":
            return ANSWERS[path].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return _answer_to_post(path, headers, body)


def _answer_to_post(path: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    match path:
        case "/v1/realtime/client_secrets":
            return _answer(
                200, b'{"value":"%s"}' % SECRET.encode(), "Content-Type: application/json"
            )
        case "/v1/realtime/calls":
            return _answer(201, b"v=0\r\n", "Location: /v1/realtime/calls/rtc_abc")
        case "/v1/zipped":
            return _answer(200, gzip.compress(body, mtime=0), "Content-Encoding: gzip")
    seen = {
        "path": path,
        "sha256": hashlib.sha256(body).hexdigest(),
        "headers": [each for each in headers if each[0].lower() not in {*HOP_BY_HOP, "host"}],
    }
    return _answer(200, json.dumps(seen).encode())


def _answer(status: int, body: bytes, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *more]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _read_answer(reader: asyncio.StreamReader, method: bytes) -> Answer:
    first_line, headers = await _read_head(reader)
    status = int(first_line.split(" ")[1])
    if method == b"HEAD" or status in {204, 304}:
        return Answer(status, headers, b"")
    return Answer(status, headers, await _read_body(reader, headers, is_request=False))


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, list[tuple[str, str]]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first_line, *lines = head[:-4].split("\r\n")
    pairs = [line.partition(":") for line in lines]
    return first_line, [(name, value.strip()) for name, _, value in pairs]


async def _read_body(
    reader: asyncio.StreamReader, headers: list[tuple[str, str]], *, is_request: bool
) -> bytes:
    values = {name.lower(): value for name, value in headers}
    if values.get("transfer-encoding") == "chunked":
        return await _read_chunks(reader)
    if "content-length" in values:
        return await reader.readexactly(int(values["content-length"]))
    return b"" if is_request else await reader.read()


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body
