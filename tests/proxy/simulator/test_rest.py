"""One plain HTTP request and its answer, as bytes."""

import asyncio
import json

import pytest
from phone import OFFER

from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.rest import RestAnswer, RestReader, RestRequest

HEAD = b"POST /v1/realtime/calls?model=m HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"


def read(*pieces: bytes) -> RestRequest | RestAnswer | None:
    """What the reader makes of the last piece."""
    reader = RestReader()
    return [reader.receive_data(piece) for piece in pieces][-1]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_request_may_come_in_pieces(size: int) -> None:
    data = HEAD + b"\r\nhello"
    found = read(*(data[at : at + size] for at in range(0, len(data), size)))
    assert isinstance(found, RestRequest)
    assert (found.method, found.path, found.query) == (
        "POST",
        "/v1/realtime/calls",
        {"model": "m"},
    )
    assert (found.header("content-length"), found.body) == ("5", b"hello")


def test_body_that_is_not_whole_has_to_come() -> None:
    assert read(HEAD + b"\r\nhell") is None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nno header\r\n\r\n", 400),
    ],
)
def test_request_that_cannot_be_read_is_refused(data: bytes, status: int) -> None:
    answer = read(data)
    assert isinstance(answer, RestAnswer)
    assert answer.status == status
    assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


async def test_request_is_answered_however_its_bytes_arrive() -> None:
    request = (
        "POST /v1/realtime/calls?model=gpt-realtime HTTP/1.1\r\nHost: h\r\n"
        "Authorization: Bearer sk-test\r\nContent-Type: application/sdp\r\n"
        f"Content-Length: {len(OFFER)}\r\n\r\n{OFFER}"
    ).encode()
    async with Simulator() as simulator:
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        for start, end in ((0, 2), (2, 40), (40, -10), (-10, None)):
            writer.write(request[start:end])
            await writer.drain()
        assert (await reader.read()).startswith(b"HTTP/1.1 201 Created\r\n")
        writer.close()
        await writer.wait_closed()
