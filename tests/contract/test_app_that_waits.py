"""An app that waits for the server's word on what it said itself does not hang where a mock was quicker."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from live import App, Scene, live
from raw_peers import PATIENCE_S

from realtap.proxy.door import Proxy
from realtap.recordings.event import Entry, Event, Fate, Json, Origin
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

MOCKS = '[[mock]]\ncall = "get_weather"\noutput = "sunny"\n'
REQUEST = {"client_event_id": "response_create_1"}


async def until(app: App, type_: str, is_it: Callable[[Json], bool]) -> Json:
    """Wait for the one event of a type."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if is_it(event := await app.hear(type_)):
                return event


async def answer_as_livekit_does(app: App, call_id: str) -> None:
    """Wait for the item that it made, ask for a response, and wait for that one."""
    item = {"id": "item_1f", "type": "function_call_output", "call_id": call_id, "output": "own"}
    await app.say("conversation.item.create", item=item)
    await until(app, "conversation.item.added", lambda each: each["item"]["id"] == "item_1f")
    await app.say("response.create", event_id="r1", response={"metadata": REQUEST})
    for type_ in ("response.created", "response.done"):
        await until(app, type_, lambda each: each["response"]["metadata"] == REQUEST)
    await app.say("conversation.item.delete", item_id="item_1f")
    await until(app, "conversation.item.deleted", lambda each: each["item_id"] == "item_1f")


def reached_server(scene: Scene) -> str:
    """All that the server got."""
    [log] = scene.simulator.connections
    return "\n".join(str(each.data) for each in log.messages if each.side == "client")


@pytest.fixture
def mocks(tmp_path: Path) -> Path:
    """A file with a mock that answers at once."""
    path = tmp_path / "mocks.toml"
    path.write_text(MOCKS)
    return path


async def test_app_that_waits_for_its_item_and_its_response_gets_both(
    make_proxy: MakeProxy, folder: RecordingsFolder, mocks: Path
) -> None:
    async with live(make_proxy, mocks=mocks) as scene:
        await answer_as_livekit_does(scene.app, await scene.app.call_weather())
        told = reached_server(scene)
        assert "item_1f" not in told
        assert told.count('"response.create"') == 2
    [path] = folder.paths()
    entries: list[Entry] = list(Recording(path).entries())
    events = [entry for entry in entries if isinstance(entry, Event)]
    kept = [event for event in events if event.fate is Fate.DROPPED]
    assert [event.type for event in kept] == [
        "conversation.item.create",
        "response.create",
        "conversation.item.delete",
    ]
    made_up = [event for event in events if event.origin is Origin.MOCK and event.side == "server"]
    assert all("mock get_weather" in (event.why or "") for event in made_up)
    judge = Judge()
    found = [each for entry in entries for each in judge.receive(entry)]
    assert settled([*found, *judge.finish()]) == []
