"""An app whose server makes ephemeral keys for its pages, all of it through one door."""

import json
from collections.abc import Callable

from doors import need_extra
from phone import KEY, hear_until, post
from websockets.asyncio.client import connect

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Note
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

SESSION = {"type": "realtime", "model": "gpt-realtime", "instructions": "Be brief."}


async def test_key_that_was_made_through_the_door_opens_its_session_through_the_door(
    make_proxy: Callable[..., Proxy], folder: RecordingsFolder
) -> None:
    need_extra()
    headers = {**KEY, "Content-Type": "application/json"}
    async with (
        Simulator(fast=True) as simulator,
        make_proxy(simulator.url.removesuffix("/v1")) as proxy,
    ):
        door = f"ws://127.0.0.1:{proxy.port}/v1/realtime"
        made = await post(f"{door}/client_secrets", headers, json.dumps({"session": SESSION}))
        key = json.loads(made.body)["value"]
        page = connect(
            f"{door}?model=gpt-realtime",
            subprotocols=["realtime", f"openai-insecure-api-key.{key}"],  # type: ignore[list-item] # plain strings
            proxy=None,
        )
        async with page as session:
            (created,) = await hear_until(session, "session.created")
    assert created["session"]["instructions"] == "Be brief."
    recorded = {path: path.read_text() for path in folder.paths()}
    assert len(recorded) == 2
    assert not any(key in text for text in recorded.values())
    entries = [entry for path in recorded for entry in Recording(path).entries()]
    assert sum(isinstance(entry, Note) for entry in entries) == 1
