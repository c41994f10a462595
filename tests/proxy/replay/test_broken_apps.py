"""An app that is broken fails its replay at the right place, with the right explanation.

What people read is kept beside this file, in `broken/`: written anew where REALTAP_UPDATE_SNAPSHOTS is
set in the environment.
"""

import os
import re
from pathlib import Path
from typing import ClassVar

import pytest
from breakable_app import SCRIPT, BreakableApp
from websockets.asyncio.client import ClientConnection

from realtap.proxy.door import Proxy
from realtap.proxy.replay.server import ReplayServer
from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.script import parse_script
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.event import Json
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.replay.script import Script

TEXTS = Path(__file__).parent / "broken"


class WithWrongArgument(BreakableApp):
    """It asks its tool about another city than the model did."""

    def result(self, name: str, city: str) -> Json:
        return super().result(name, "Oslo")


class WithoutAnOutput(BreakableApp):
    """It forgets the second of two parallel calls."""

    def as_sent(self, outputs: list[Json]) -> list[Json]:
        return outputs[:1]


class WithAnExtraEvent(BreakableApp):
    """It says something when all was said."""

    async def follow_up(self) -> None:
        await self.send("response.create")
        await self.receive("response.done")


class InOtherOrder(BreakableApp):
    """It answers the second call first."""

    def as_sent(self, outputs: list[Json]) -> list[Json]:
        return outputs[::-1]


class WithOtherTools(BreakableApp):
    """It mixes its tools up."""

    other: ClassVar = {"get_weather": "get_time", "get_time": "get_weather"}

    def result(self, name: str, city: str) -> Json:
        return super().result(self.other[name], city)


class WithoutAskingForTheAnswer(BreakableApp):
    """It waits for a response that nobody has asked for."""

    asks_for_the_answer = False


class WithChangedInstructions(BreakableApp):
    """Somebody has edited the session's instructions."""

    instructions = "Be brief. Speak like a pirate."


class LeavingEarly(BreakableApp):
    """It closes the session without the answer."""

    async def converse(self, connection: ClientConnection) -> str:
        await self.receive("session.created")
        await self.configure()
        await self.ask()
        await self.receive("response.done")
        return "left"


class WithWrongCallId(BreakableApp):
    """It gives the item's id for the call's."""

    def output_of(self, call: Json) -> Json:
        return super().output_of({**call, "call_id": call["id"]})


class TooEarly(BreakableApp):
    """It asks for the answer as soon as it has the arguments."""

    answers_at = "response.function_call_arguments.done"

    def calls_in(self, done: Json) -> list[Json]:
        return [done]

    async def run_tools(self, done: Json) -> None:
        for call in self.calls_in(done):
            await self.send("conversation.item.create", item=self.output_of(call))


BROKEN: tuple[type[BreakableApp], ...] = (
    WithWrongArgument,
    WithoutAnOutput,
    WithAnExtraEvent,
    InOtherOrder,
    WithOtherTools,
    WithoutAskingForTheAnswer,
    WithChangedInstructions,
    LeavingEarly,
    WithWrongCallId,
    TooEarly,
)


@pytest.fixture
async def script(tmp_path: Path) -> Script:
    """The recording of the app when it worked."""
    folder = RecordingsFolder(tmp_path)
    async with Simulator(fast=True, script=parse_script(SCRIPT)) as simulator:
        upstream = parse_upstream(simulator.url.removesuffix("/v1"))
        async with Proxy(upstream, folder, port=0) as proxy:
            await BreakableApp().run(proxy.url.replace("ws", "http", 1))
    [path] = folder.paths()
    return Script.read(path)


@pytest.mark.parametrize("app", BROKEN, ids=lambda app: app.__name__)
async def test_a_broken_app_is_told_where_it_broke(app: type[BreakableApp], script: Script) -> None:
    # A slow machine takes its time to be too early.
    async with ReplayServer([script], patience_s=0.3, settle_s=0.2) as server:
        heard = await app().run(server.http_url)
        mismatch = await server.finish()
    assert mismatch is not None
    compare(
        app.__name__, f"{stable(mismatch.text(), script)}\n\nthe app: {stable(heard, script)}\n"
    )


async def test_an_app_that_is_whole_passes(script: Script) -> None:
    async with ReplayServer([script]) as server:
        assert await BreakableApp().run(server.http_url) == "It is noon in Paris, and sunny."
        assert await server.finish() is None


def stable(text: str, script: Script) -> str:
    """The text without what differs from run to run: names, ids, numbers of events, times."""
    text = text.replace(script.name, "RECORDING")
    text = re.sub(r"\b(event) \d+ at [\d.]+ s", r"\1 N at T s", text)
    text = re.sub(r"(?m)^(  event) \d+ ", r"\1 N ", text)
    names: dict[str, str] = {}
    for found in re.findall(r"\b(?:call|item|resp)_\w{12,}", text):
        names.setdefault(found, f"{found.partition('_')[0]}_{len(names) + 1}")
    for found, name in names.items():
        text = text.replace(found, name)
    return text


def compare(name: str, text: str) -> None:
    path = TEXTS / f"{name}.txt"
    if os.environ.get("REALTAP_UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
