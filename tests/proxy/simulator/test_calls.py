"""WebRTC and SIP calls at the simulated server: the HTTP endpoints and the side-band socket."""

import json
from collections.abc import AsyncIterator

import pytest
from phone import KEY, OFFER, SDP, form, hear_until, post, say
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedOK, InvalidStatus

from realtap.proxy.simulator import Simulator

SESSION = json.dumps({"type": "realtime", "model": "gpt-realtime", "instructions": "Be brief."})


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(fast=True) as simulator:
        yield simulator


async def call(simulator: Simulator) -> str:
    answer = await post(f"{simulator.url}/realtime/calls?model=gpt-realtime", SDP, OFFER)
    return answer.call_id


def joined(simulator: Simulator, call_id: str) -> connect:
    uri = f"{simulator.url}/realtime?call_id={call_id}"
    return connect(uri, additional_headers=KEY, proxy=None)


async def test_offer_is_answered_with_the_place_of_the_call(simulator: Simulator) -> None:
    answer = await post(f"{simulator.url}/realtime/calls?model=gpt-realtime", SDP, OFFER)
    assert (answer.status, answer.headers["Content-Type"]) == (201, "application/sdp")
    assert answer.headers["Location"].startswith("/v1/realtime/calls/rtc_")
    assert answer.body.startswith("v=0\r\n")
    kinds = [line.split()[0] for line in answer.body.splitlines() if line.startswith("m=")]
    assert kinds == ["m=audio", "m=application"]
    assert "a=mid:1" in answer.body


async def test_form_sets_up_the_session(simulator: Simulator) -> None:
    headers, body = form(sdp=OFFER, session=SESSION)
    answer = await post(f"{simulator.url}/realtime/calls", headers, body)
    async with joined(simulator, answer.call_id) as side:
        await say(side, "session.update", session={"type": "realtime"})
        session = (await hear_until(side, "session.updated"))[-1]["session"]
    assert session["instructions"] == "Be brief."
    assert session["id"].startswith("sess_u0_")


async def test_ephemeral_key_needs_no_model(simulator: Simulator) -> None:
    headers = {**SDP, "Authorization": "Bearer ek_test"}
    assert (await post(f"{simulator.url}/realtime/calls", headers, OFFER)).status == 201


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Type": "application/sdp"}, OFFER, 401, None),
        ({**SDP, "Authorization": "Bearer sk-invalid"}, OFFER, 401, "invalid_api_key"),
        (SDP, "hello", 400, "invalid_offer"),
        (SDP, OFFER, 400, "missing_required_parameter"),
        ({**KEY, "Content-Type": "application/json"}, "{}", 400, "invalid_content_type"),
        (*form(session=SESSION), 400, "missing_required_parameter"),
        (*form(sdp=OFFER, session="{"), 400, "invalid_json"),
        (*form(sdp=OFFER, session="{}"), 400, "missing_required_parameter"),
        (*form(sdp=OFFER, session='{"type":"realtime","model":"m"}'), 400, "invalid_model"),
        (*form(sdp=OFFER, session='{"type":"realtime","mood":1}'), 400, "unknown_parameter"),
    ],
)
async def test_call_that_cannot_be_made_is_refused_with_the_reason(
    simulator: Simulator, headers: dict[str, str], body: str, status: int, code: str | None
) -> None:
    answer = await post(f"{simulator.url}/realtime/calls", headers, body)
    assert (answer.status, answer.error["code"]) == (status, code)


async def test_other_endpoint_is_not_found(simulator: Simulator) -> None:
    assert (await post(f"{simulator.url}/chat/completions", KEY, "{}")).status == 404


async def test_nothing_is_said_on_the_side_before_somebody_speaks(simulator: Simulator) -> None:
    async with joined(simulator, await call(simulator)) as side:
        await say(side, "session.update", session={"type": "realtime"})
        assert [each["type"] for each in await hear_until(side, "session.updated")] == [
            "session.updated"
        ]


async def speak(side: ClientConnection) -> list[str]:
    await say(side, "response.create")
    return [each["type"] for each in await hear_until(side, "rate_limits.updated")]


async def test_audio_goes_another_way_and_its_playback_is_told(simulator: Simulator) -> None:
    async with joined(simulator, await call(simulator)) as side:
        types = await speak(side)
    assert "response.output_audio.delta" not in types
    assert "response.output_audio_transcript.delta" in types
    started, stopped = (
        types.index(f"output_audio_buffer.{each}") for each in ("started", "stopped")
    )
    assert types.index("response.content_part.added") < started < types.index("response.done")
    assert types.index("response.done") < stopped


async def test_every_socket_of_a_call_gets_its_events(simulator: Simulator) -> None:
    call_id = await call(simulator)
    async with joined(simulator, call_id) as app, joined(simulator, call_id) as observer:
        said = await speak(app)
        heard = [each["type"] for each in await hear_until(observer, "rate_limits.updated")]
    assert heard == said


async def test_playback_that_goes_on_can_be_cleared() -> None:
    async with Simulator() as simulator:
        async with joined(simulator, await call(simulator)) as side:
            await say(side, "response.create")
            await hear_until(side, "output_audio_buffer.started")
            await say(side, "response.cancel")
            await say(side, "output_audio_buffer.clear")
            await hear_until(side, "output_audio_buffer.cleared")


async def test_clear_with_an_unknown_field_is_an_error(simulator: Simulator) -> None:
    async with joined(simulator, await call(simulator)) as side:
        await say(side, "output_audio_buffer.clear", now=True)
        error = (await hear_until(side, "error"))[-1]["error"]
    assert error["code"] == "unknown_parameter"


async def test_unknown_call_is_refused_before_the_101(simulator: Simulator) -> None:
    with pytest.raises(InvalidStatus) as raised:
        await joined(simulator, "rtc_nothing")
    response = raised.value.response
    assert response.status_code == 404
    assert json.loads(response.body or b"")["error"]["code"] == "call_id_not_found"


async def test_side_band_needs_a_key(simulator: Simulator) -> None:
    with pytest.raises(InvalidStatus) as raised:
        await connect(f"{simulator.url}/realtime?call_id={await call(simulator)}", proxy=None)
    assert raised.value.response.status_code == 401


async def test_hang_up_closes_the_sockets_and_forgets_the_call(simulator: Simulator) -> None:
    call_id = await call(simulator)
    async with joined(simulator, call_id) as side:
        answer = await post(f"{simulator.url}/realtime/calls/{call_id}/hangup")
        with pytest.raises(ConnectionClosedOK):
            await side.recv()
    assert answer.status == 200
    again = await post(f"{simulator.url}/realtime/calls/{call_id}/hangup")
    assert (again.status, again.error["code"]) == (404, "call_id_not_found")


async def test_ringing_call_can_be_joined_once_it_is_accepted(simulator: Simulator) -> None:
    call_id = simulator.ring()
    with pytest.raises(InvalidStatus):
        await joined(simulator, call_id)
    place = f"{simulator.url}/realtime/calls/{call_id}"
    assert (await post(f"{place}/accept", KEY, SESSION)).status == 200
    async with joined(simulator, call_id) as side:
        assert "response.done" in await speak(side)
    assert (await post(f"{place}/accept", KEY, SESSION)).status == 400


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("reject", "", 200),
        ("reject", '{"status_code": 486}', 200),
        ("reject", '{"status_code": 200}', 400),
        ("refer", '{"target_uri": "tel:+1555"}', 200),
        ("refer", "{}", 400),
        ("accept", '{"type": "realtime"}', 400),
        ("accept", "[]", 400),
        ("whistle", "", 404),
    ],
)
async def test_what_is_done_with_a_call_is_checked(
    simulator: Simulator, verb: str, body: str, status: int
) -> None:
    place = f"{simulator.url}/realtime/calls/{simulator.ring()}/{verb}"
    assert (await post(place, KEY, body)).status == status


async def test_call_that_expires_closes_its_sockets() -> None:
    async with Simulator(max_duration_s=0.2) as simulator:
        async with joined(simulator, await call(simulator)) as side:
            await hear_until(side, "error")
            with pytest.raises(ConnectionClosedOK):
                await side.recv()
    assert side.close_code == 1001
