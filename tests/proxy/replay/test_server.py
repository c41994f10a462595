"""The replayed server on real sockets: handshakes, ends, one session after the other."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transcript import client, closed, frame, server, transcript
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as connect_sync
from websockets.typing import Subprotocol

from realtap.proxy.background import in_background
from realtap.proxy.replay.server import ABNORMAL, ReplayServer, ReplaySession
from realtap.recordings.errors import WireError
from realtap.recordings.event import Opened, Side
from realtap.recordings.replay.script import Script

CREATED = server("session.created", session={"id": "sess_1"})
CREATE = client("response.create")
DONE = server("response.done", response={"id": "resp_1"})


def script_of(*steps: Any, **options: Any) -> Script:
    return Script.of(transcript(*steps, **options), Path("session.jsonl"))


def refusing(status: int, body: str) -> Script:
    """A recording of a server that did not take the session."""
    headers = (("Content-Type", "application/json"), ("Server", "cloud"), ("Retry-After", "3"))
    opened = Opened(at=0.1, status=status, headers=headers, body=body)
    return replace(script_of(status=status), opened=opened)


def app(server_: ReplayServer, **options: Any) -> connect:
    return connect(f"{server_.url}/realtime?model=gpt-realtime", **options)


async def say(connection: ClientConnection, type_: str) -> None:
    await connection.send(json.dumps({"type": type_}))


async def end_of(connection: ClientConnection) -> tuple[int | None, str | None]:
    """Hear the rest; how the server ended the session."""
    with suppress(ConnectionClosed):
        while True:
            await connection.recv()
    return connection.close_code, connection.close_reason


async def test_each_connection_gets_the_next_recording() -> None:
    first, second = script_of(CREATED, CREATE), script_of(server("session.other"), CREATE)
    async with ReplayServer([first, second]) as replay:
        for expected in ("session.created", "session.other"):
            async with app(replay) as connection:
                assert json.loads(await connection.recv())["type"] == expected
                await say(connection, "response.create")
        assert await replay.finish() is None
        assert replay.unplayed == []


async def test_a_connection_too_many_is_refused_with_the_reason() -> None:
    async with ReplayServer([]) as replay:
        with pytest.raises(InvalidStatus) as refusal:
            await app(replay)
        assert replay.surplus == 1
    assert refusal.value.response.status_code == 503
    assert b"all 0 recorded sessions are played" in (refusal.value.response.body or b"")


async def test_what_is_no_websocket_is_told_so() -> None:
    async with ReplayServer([script_of(CREATED)]) as replay:
        host, port = replay.url.removeprefix("ws://").removesuffix("/v1").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = await reader.read()
        writer.close()
        assert b"404" in answer
        assert b"this is /v1/models" in answer
        assert len(replay.unplayed) == 1


@pytest.mark.parametrize("status", [401, 529])
async def test_a_refused_handshake_is_refused_again(status: int) -> None:
    body = '{"error":{"code":"invalid_api_key"}}'
    async with ReplayServer([refusing(status, body)]) as replay:
        with pytest.raises(InvalidStatus) as refusal:
            await app(replay)
        assert await replay.finish() is None
    response = refusal.value.response
    assert (response.status_code, response.body) == (status, body.encode())
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Retry-After"] == "3"
    assert "cloud" not in response.headers.values()


async def test_the_recorded_subprotocol_is_selected() -> None:
    offered = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.sk-none")]
    async with ReplayServer([script_of(CREATED, selected="realtime")]) as replay:
        async with app(replay, subprotocols=offered) as connection:
            assert connection.subprotocol == "realtime"


async def test_a_subprotocol_that_the_app_does_not_offer_is_not_forced_on_it() -> None:
    async with ReplayServer([script_of(CREATED, selected="realtime")]) as replay:
        async with app(replay) as connection:
            assert connection.subprotocol is None


@pytest.mark.parametrize(
    ("recorded", "heard"),
    [
        ((1001, "Your session hit the maximum duration of 60 minutes."), None),
        ((4000, "invalid_request_error.invalid_api_key"), None),
        ((1005, ""), (1000, "")),
        ((1006, ""), (1006, "")),
    ],
)
async def test_a_session_ends_as_the_server_ended_it(
    recorded: tuple[int, str], heard: tuple[int, str] | None
) -> None:
    script = script_of(CREATED, closed(*recorded, by=Side.SERVER))
    ended: asyncio.Queue[ReplaySession] = asyncio.Queue()
    async with ReplayServer([script], on_end=ended.put_nowait) as replay:
        async with app(replay) as connection:
            assert await end_of(connection) == (heard or recorded)
        end = (await ended.get()).outcome.conversation.closed
    assert end is not None
    assert end.side is Side.SERVER


async def test_a_reason_of_many_bytes_fits_into_the_close_frame() -> None:
    async with ReplayServer([script_of(CREATED, CREATE)]) as replay:
        async with app(replay) as connection:
            await say(connection, "ответ.создать." * 20)
            code, reason = await end_of(connection)
    assert code == 4400
    assert reason is not None
    assert len(reason.encode()) <= 123


async def test_messages_that_are_no_events_are_played_as_they_are() -> None:
    odd = frame(Side.SERVER, b"\x00\xff"), frame(Side.SERVER, "not json")
    async with ReplayServer(
        [script_of(CREATED, *odd, frame(Side.CLIENT, b"\x01"), DONE)]
    ) as replay:
        async with app(replay) as connection:
            assert [await connection.recv() for _ in range(3)][1:] == [b"\x00\xff", "not json"]
            await connection.send(b"\x01")
            assert json.loads(await connection.recv())["type"] == "response.done"
        assert await replay.finish() is None


async def test_a_connection_that_breaks_is_no_end_as_recorded() -> None:
    async with ReplayServer([script_of(CREATED, CREATE)]) as replay:
        async with app(replay) as connection:
            await connection.recv()
            connection.transport.abort()
        await replay.settle()
        mismatch = await replay.finish()
        [session] = replay.sessions
    assert session.close == (ABNORMAL, "")
    assert mismatch is not None
    assert mismatch.headline == "the app closed the session before event 1 of 1, response.create"


async def test_a_port_that_is_taken_is_told() -> None:
    async with ReplayServer([]) as replay:
        with pytest.raises(WireError, match=f"cannot listen on 127.0.0.1:{replay.port}"):
            async with ReplayServer([], port=replay.port):
                raise AssertionError("two servers listen on one port")


async def test_an_endless_server_begins_anew() -> None:
    async with ReplayServer([script_of(CREATED)], is_endless=True) as replay:
        for _ in range(3):
            async with app(replay) as connection:
                await connection.recv()
        assert len(replay.unplayed) == 1


async def test_what_the_live_session_came_to_can_be_asked() -> None:
    async with ReplayServer([script_of(CREATED, CREATE, DONE)]) as replay:
        async with app(replay) as connection:
            await say(connection, "response.create")
            await connection.recv()
            await connection.recv()
        await replay.settle()
        outcome = replay.sessions[0].outcome
    assert [each["type"] for each in outcome.sent] == ["response.create"]
    assert [each["type"] for each in outcome.received] == ["session.created", "response.done"]


def test_a_server_in_a_thread_serves_whoever_has_no_event_loop() -> None:
    with in_background(lambda: ReplayServer([script_of(CREATED)])) as background:
        with connect_sync(f"{background.server.url}/realtime", proxy=None) as connection:
            assert json.loads(connection.recv())["type"] == "session.created"
        assert background.run(lambda server_: server_.finish()) is None
