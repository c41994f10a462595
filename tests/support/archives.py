"""Archives (HAR) as browsers and proxies write them, for tests."""

import base64
import json
from typing import Any

STARTED = "2026-11-20T14:15:12.000Z"
STARTED_S = 1795184112.0
"""The same moment in seconds since 1970."""
URL = "wss://api.openai.com/v1/realtime?model=gpt-realtime"

type Json = dict[str, Any]


def sent(message: object, at: float | None = 1.0) -> Json:
    """The client says something, so many seconds after the start."""
    return _message("send", message, at)


def received(message: object, at: float | None = 1.0) -> Json:
    """The server says something."""
    return _message("receive", message, at)


def _message(type_: str, message: object, at: float | None) -> Json:
    is_binary = isinstance(message, bytes)
    text = message if isinstance(message, str) else json.dumps(message, default=_base64)
    return {
        "type": type_,
        **({} if at is None else {"time": STARTED_S + at}),
        "opcode": 2 if is_binary else 1,
        "data": _base64(message) if is_binary else text,
    }


def _base64(value: object) -> str:
    assert isinstance(value, bytes)
    return base64.b64encode(value).decode()


def websocket(*messages: Json, url: str = URL, status: int = 101, **more: Any) -> Json:
    """An entry of a WebSocket, as Chrome writes it."""
    entry = {
        "_resourceType": "websocket",
        "_webSocketMessages": list(messages),
        "cache": {},
        "request": _request(url),
        "response": {"status": status, "headers": [], "content": {"size": 0, "mimeType": ""}},
        "startedDateTime": STARTED,
        "time": 300.0,
        "timings": {"blocked": -1, "dns": 10, "connect": 100, "ssl": 60, "send": 1, "wait": 139},
    }
    return {**entry, **more}


def page(url: str = "https://example.org/") -> Json:
    """An entry of an ordinary request."""
    return {
        "_resourceType": "document",
        "request": _request(url),
        "response": {"status": 200, "headers": [], "content": {"text": "<html>"}},
        "startedDateTime": STARTED,
        "time": 20.0,
    }


def _request(url: str) -> Json:
    headers = [{"name": "User-Agent", "value": "Chrome/142"}]
    return {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": headers}


def archive(*entries: object) -> bytes:
    """The file."""
    log = {
        "version": "1.2",
        "creator": {"name": "WebInspector", "version": "537.36"},
        "pages": [],
        "entries": list(entries),
    }
    return json.dumps({"log": log}, indent=2).encode()
