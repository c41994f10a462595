"""Somebody who makes calls by plain HTTP, and joins them on the side."""

import asyncio
import json
import urllib.request
from dataclasses import dataclass
from urllib.error import HTTPError

from raw_peers import PATIENCE_S
from websockets.asyncio.client import ClientConnection

from realtap.recordings.event import Json

OFFER = """\
v=0
o=- 4611 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
a=mid:1
a=sctp-port:5000
""".replace("\n", "\r\n")
"""What a browser offers, shortened."""

KEY = {"Authorization": "Bearer sk-test"}
SDP = {**KEY, "Content-Type": "application/sdp"}


@dataclass(frozen=True)
class Answered:
    """The answer to a request."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def error(self) -> Json:
        """The error that it tells."""
        error: Json = json.loads(self.body)["error"]
        return error

    @property
    def call_id(self) -> str:
        """The call that it made."""
        return self.headers["Location"].rpartition("/")[2]


def form(**parts: str) -> tuple[dict[str, str], str]:
    """Headers and body of a multipart form."""
    body = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{content}\r\n'
        for name, content in parts.items()
    )
    return {**KEY, "Content-Type": "multipart/form-data; boundary=edge"}, f"{body}--edge--\r\n"


async def post(url: str, headers: dict[str, str] = KEY, body: str = "") -> Answered:
    """Send a POST request to `ws://…` or `http://…`, without any proxy of the environment."""
    return await asyncio.to_thread(_post, url.replace("ws://", "http://", 1), headers, body)


def _post(url: str, headers: dict[str, str], body: str) -> Answered:
    request = urllib.request.Request(url, body.encode(), headers, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_S) as answer:
            return Answered(answer.status, dict(answer.headers), answer.read().decode())
    except HTTPError as refusal:
        with refusal:
            return Answered(refusal.code, dict(refusal.headers), refusal.read().decode())


async def hear_until(connection: ClientConnection, type_: str) -> list[Json]:
    """The events up to the next one of this type."""
    events: list[Json] = []
    async with asyncio.timeout(PATIENCE_S):
        while not events or events[-1]["type"] != type_:
            events.append(json.loads(await connection.recv()))
    return events


async def say(connection: ClientConnection, type_: str, **fields: object) -> None:
    """Send an event."""
    await connection.send(json.dumps({"type": type_, **fields}))
