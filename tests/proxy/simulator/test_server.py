"""The simulator on real sockets."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.typing import Subprotocol

from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.pace import Pace
from realtap.proxy.simulator.script import parse_script
from realtap.recordings.errors import UsageError, WireError
from realtap.recordings.event import Json, Side

KEY = {"Authorization": "Bearer sk-test"}
QUERY = "/realtime?model=gpt-realtime"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(fast=True, log=True) as simulator:
        yield simulator


async def _hear_until(connection: ClientConnection, type_: str) -> list[Json]:
    events: list[Json] = []
    while not events or events[-1]["type"] != type_:
        events.append(json.loads(await connection.recv()))
    return events


async def _say(connection: ClientConnection, type_: str, **fields: object) -> None:
    await connection.send(json.dumps({"type": type_, **fields}))


async def test_text_turn_over_a_socket(simulator: Simulator) -> None:
    async with connect(simulator.url + QUERY, additional_headers=KEY) as connection:
        await _say(connection, "session.update", session={"type": "realtime"})
        content = [{"type": "input_text", "text": "Hello"}]
        item = {"type": "message", "role": "user", "content": content}
        await _say(connection, "conversation.item.create", item=item)
        await _say(connection, "response.create")
        events = await _hear_until(connection, "rate_limits.updated")
    assert [event["type"] for event in events[:3]] == [
        "session.created",
        "session.updated",
        "conversation.item.added",
    ]
    assert events[-2]["response"]["status"] == "completed"


async def test_events_sent_before_the_greeting_are_accepted(simulator: Simulator) -> None:
    async with connect(simulator.url + QUERY, additional_headers=KEY) as connection:
        await _say(connection, "session.update", session={"type": "realtime"})
        assert len(await _hear_until(connection, "session.updated")) == 2


async def test_impatient_client_is_refused_also_without_a_pace(simulator: Simulator) -> None:
    async with connect(simulator.url + QUERY, additional_headers=KEY) as connection:
        await _say(connection, "response.create")
        await _say(connection, "response.create", event_id="again")
        error = (await _hear_until(connection, "error"))[-1]["error"]
    assert error["code"] == "conversation_already_has_active_response"
    assert error["event_id"] == "again"


@pytest.mark.parametrize(
    ("query", "headers", "code", "close_code"),
    [
        (QUERY, {}, None, 3000),
        (QUERY, {"Authorization": "Bearer sk-invalid"}, "invalid_api_key", 3000),
        ("/realtime", KEY, "missing_model", 4000),
        ("/realtime?model=nonsense", KEY, "invalid_model", 4000),
        (QUERY, {**KEY, "OpenAI-Beta": "realtime=v1"}, "beta_api_shape_disabled", 4000),
    ],
)
async def test_refusal_comes_after_the_101(
    simulator: Simulator, query: str, headers: dict[str, str], code: str | None, close_code: int
) -> None:
    async with connect(simulator.url + query, additional_headers=headers) as connection:
        event = json.loads(await connection.recv())
        assert (event["type"], event["error"]["code"]) == ("error", code)
        with pytest.raises(ConnectionClosedError):
            await connection.recv()
    assert connection.close_code == close_code
    reason = "invalid_request_error" if code is None else f"invalid_request_error.{code}"
    assert connection.close_reason == reason


async def test_other_path_is_not_found(simulator: Simulator) -> None:
    with pytest.raises(InvalidStatus) as raised:
        await connect(simulator.url + "/chat/completions", additional_headers=KEY)
    assert raised.value.response.status_code == 404


async def test_subprotocol_realtime_is_selected_and_the_key_never_echoed(
    simulator: Simulator,
) -> None:
    offered = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.ek_1")]
    async with connect(simulator.url + QUERY, subprotocols=offered) as connection:
        assert connection.subprotocol == "realtime"
        assert await _hear_until(connection, "session.created")
    async with connect(simulator.url + QUERY, subprotocols=offered[1:]) as connection:
        assert connection.subprotocol is None
        assert await _hear_until(connection, "session.created")


async def test_binary_message_gets_an_error_and_the_session_goes_on(simulator: Simulator) -> None:
    async with connect(simulator.url + QUERY, additional_headers=KEY) as connection:
        await connection.send(b"\x00")
        assert (await _hear_until(connection, "error"))[-1]["error"]["code"] == "invalid_event"
        await _say(connection, "session.update", session={"type": "realtime"})
        await _hear_until(connection, "session.updated")


async def test_append_of_16_mib_gets_an_error_and_no_close(simulator: Simulator) -> None:
    async with connect(simulator.url + QUERY, additional_headers=KEY) as connection:
        await _say(connection, "input_audio_buffer.append", audio="AAAA" * (16 * 1024**2 // 3))
        assert (await _hear_until(connection, "error"))[-1]["error"]["param"] == "audio"


async def test_expired_session_is_closed_with_1001() -> None:
    async with (
        Simulator(max_duration_s=0.05) as simulator,
        connect(simulator.url + QUERY, additional_headers=KEY) as connection,
    ):
        error = (await _hear_until(connection, "error"))[-1]["error"]
        with pytest.raises(ConnectionClosedOK):
            await connection.recv()
    assert error["code"] == "session_expired"
    assert (connection.close_code, connection.close_reason) == (1001, error["message"])


async def test_scripted_hang_up_breaks_the_connection() -> None:
    script = parse_script('[[when]]\nsay = "I am about to"\nhang_up = true')
    async with (
        Simulator(script=script, fast=True) as simulator,
        connect(simulator.url + QUERY, additional_headers=KEY) as connection,
    ):
        await _say(connection, "response.create")
        with pytest.raises(ConnectionClosedError):
            await _hear_until(connection, "response.done")
    assert connection.close_code == 1006


async def test_paced_response_can_be_cancelled() -> None:
    script = parse_script(f'[[when]]\nsay = "{"A long story. " * 20}"')
    async with (
        Simulator(script=script, pace=Pace(thinking_s=0)) as simulator,
        connect(simulator.url + QUERY, additional_headers=KEY) as connection,
    ):
        await _say(connection, "response.create")
        await _hear_until(connection, "response.output_audio.delta")
        await _say(connection, "response.cancel")
        done = (await _hear_until(connection, "response.done"))[-1]["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}


async def test_beta_dialect_is_spoken_on_request() -> None:
    async with (
        Simulator(dialect="beta") as simulator,
        connect(
            simulator.url + QUERY, additional_headers={**KEY, "OpenAI-Beta": "realtime=v1"}
        ) as connection,
    ):
        events = await _hear_until(connection, "conversation.created")
    assert "modalities" in events[0]["session"]


async def test_log_has_every_message_of_both_sides_as_it_was(simulator: Simulator) -> None:
    async with connect(simulator.url + QUERY, additional_headers=KEY) as connection:
        sent: list[str | bytes] = [' {"type": "response.cancel"} ', b"\x00"]
        for message in sent:
            await connection.send(message)
        heard = [await connection.recv() for _ in range(3)]
    (log,) = simulator.connections
    assert log.data(Side.CLIENT) == sent
    assert log.data(Side.SERVER) == heard
    assert log.request.query == {"model": "gpt-realtime"}


async def test_sessions_have_different_ids(simulator: Simulator) -> None:
    async with (
        connect(simulator.url + QUERY, additional_headers=KEY) as one,
        connect(simulator.url + QUERY, additional_headers=KEY) as other,
    ):
        ids = {json.loads(await each.recv())["session"]["id"] for each in (one, other)}
    assert len(ids) == 2


async def test_stopping_closes_open_sessions() -> None:
    async with Simulator() as simulator:
        connection = await connect(simulator.url + QUERY, additional_headers=KEY)
        await _say(connection, "response.create")
        await _hear_until(connection, "response.created")
    with pytest.raises(ConnectionClosedOK):
        await _hear_until(connection, "never")
    assert connection.close_code == 1001


async def test_used_port_is_a_wire_error(simulator: Simulator) -> None:
    with pytest.raises(WireError, match=f"cannot listen on 127.0.0.1:{simulator.port}"):
        async with Simulator(port=simulator.port):
            pass


def test_script_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "talk.toml"
    path.write_text("[[whenever]]")
    with pytest.raises(UsageError, match="whenever"):
        Simulator(script=path)


async def test_broken_handshake_is_reported_to_the_log_only(
    simulator: Simulator, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    import asyncio

    with caplog.at_level(logging.ERROR, logger="realtap.simulator"):
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        writer.write(b"garbage\r\n\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
    assert capfd.readouterr().err == ""
