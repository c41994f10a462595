"""Ephemeral keys of the simulated server: how one is made, and what it opens."""

import json
from collections.abc import AsyncIterator

import pytest
from phone import KEY, OFFER, SDP, Answered, hear_until, post, say
from websockets.asyncio.client import connect

from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.client_secrets import ENDPOINT, ClientSecrets
from realtap.proxy.simulator.rest import RestRequest
from realtap.proxy.simulator.session import Session
from realtap.recordings.event import Json

SESSION = {"type": "realtime", "model": "gpt-realtime", "instructions": "Be brief."}
JSON = {**KEY, "Content-Type": "application/json"}


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(fast=True) as simulator:
        yield simulator


async def made(simulator: Simulator, **body: object) -> Answered:
    return await post(f"{simulator.url}{ENDPOINT}", JSON, json.dumps(body))


async def created(simulator: Simulator, key: str) -> Json:
    """The session that a page in a browser gets with the key."""
    protocols = ["realtime", f"openai-insecure-api-key.{key}"]
    uri = f"{simulator.url}/realtime?model=gpt-realtime"
    async with connect(uri, subprotocols=protocols, proxy=None) as page:  # type: ignore[arg-type] # plain strings
        (event,) = await hear_until(page, "session.created")
        session: Json = event["session"]
        return session


async def test_key_is_made_with_its_session(simulator: Simulator) -> None:
    answer = await made(simulator, session=SESSION)
    told = json.loads(answer.body)
    assert answer.status == 200
    assert told["value"].startswith("ek_")
    assert told["session"]["instructions"] == "Be brief."
    assert isinstance(told["expires_at"], int)


async def test_session_of_the_key_begins_with_its_settings(simulator: Simulator) -> None:
    key = json.loads((await made(simulator, session=SESSION)).body)["value"]
    assert (await created(simulator, key))["instructions"] == "Be brief."


async def test_key_without_a_session_has_the_defaults(simulator: Simulator) -> None:
    told = json.loads((await post(f"{simulator.url}{ENDPOINT}", JSON)).body)
    assert told["session"]["model"] == "gpt-realtime"
    assert (await created(simulator, told["value"]))["type"] == "realtime"


async def test_call_of_the_key_has_its_settings(simulator: Simulator) -> None:
    key = json.loads((await made(simulator, session=SESSION)).body)["value"]
    headers = {**SDP, "Authorization": f"Bearer {key}"}
    answer = await post(f"{simulator.url}/realtime/calls", headers, OFFER)
    uri = f"{simulator.url}/realtime?call_id={answer.call_id}"
    async with connect(uri, additional_headers=KEY, proxy=None) as side:
        await say(side, "session.update", session={"type": "realtime"})
        session = (await hear_until(side, "session.updated"))[-1]["session"]
    assert session["instructions"] == "Be brief."


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Type": "application/json"}, "{}", 401, None),
        ({**JSON, "Authorization": "Bearer sk-invalid"}, "{}", 401, "invalid_api_key"),
        (JSON, "{", 400, "invalid_json"),
        (JSON, "[]", 400, "invalid_type"),
        (JSON, '{"expires_after":{"anchor":"created_at","seconds":9}}', 400, None),
        (JSON, '{"expires_after":{"seconds":60}}', 400, "missing_required_parameter"),
        (JSON, '{"mood":1}', 400, "unknown_parameter"),
        (JSON, '{"session":{"type":"realtime","model":"m"}}', 400, "invalid_model"),
        (JSON, '{"session":{"type":"realtime","mood":1}}', 400, "unknown_parameter"),
    ],
)
async def test_key_that_cannot_be_made_is_refused_with_the_reason(
    simulator: Simulator, headers: dict[str, str], body: str, status: int, code: str | None
) -> None:
    answer = await post(f"{simulator.url}{ENDPOINT}", headers, body)
    assert answer.status == status
    assert code is None or answer.error["code"] == code


def test_key_expires() -> None:
    now_s = [1_000.0]
    secrets = ClientSecrets(
        lambda model: Session(model=model),
        models=["gpt-realtime"],
        bad_keys=[],
        seed="1",
        wall_clock=lambda: now_s[0],
    )
    body = b'{"expires_after":{"anchor":"created_at","seconds":10}}'
    headers = (("Authorization", "Bearer sk-test"),)
    answer = secrets.answer(RestRequest("POST", f"/v1{ENDPOINT}", headers, body))
    key = json.loads(answer.body)["value"]
    now_s[0] += 9.9
    assert secrets.key_fault(key) is None
    now_s[0] += 0.1
    fault = secrets.key_fault(key)
    assert fault is not None
    assert fault.code == "invalid_api_key"
    assert secrets.key_fault("ek_of_somebody_else") is None
