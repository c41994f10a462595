"""The demo app talks to the simulated server directly: no proxy between them."""

from collections.abc import AsyncIterator

import pytest

from realtap.proxy.demo import SCRIPT
from realtap.proxy.demo.app import run_demo
from realtap.proxy.demo.mistakes import Mistake, Turn
from realtap.proxy.simulator import Simulator
from realtap.proxy.simulator.pace import Pace

SPEED = 6.0
QUICK = Pace(
    thinking_s=0.01,
    token_s=0.001,
    audio_speed=24.0,
    closing_s=0.1,  # an impatient client must have the time to be impatient
    rate_limits_s=0.001,
    recognition_s=0.001,
)
PATIENCE_S = 0.8

ERRORS = {
    Mistake.RESPONSE_CREATE_TOO_EARLY: "conversation_already_has_active_response",
    Mistake.TWO_RESPONSE_CREATES: "conversation_already_has_active_response",
    Mistake.UNKNOWN_CALL_ID: "invalid_tool_call_id",
    Mistake.ITEM_ID_AS_CALL_ID: "invalid_tool_call_id",
    Mistake.OUTPUT_NOT_A_STRING: "invalid_type",
    Mistake.BETA_FIELDS: "missing_required_parameter",
    Mistake.BINARY_AUDIO: "invalid_event",
}
"""What the server says to a mistake; to the others it says nothing."""

SILENT = {
    Mistake.NO_RESPONSE_CREATE,
    Mistake.RESPONSE_CREATE_TOO_EARLY,
    Mistake.CALL_NEVER_ANSWERED,
    Mistake.BETA_FIELDS,
    Mistake.BINARY_AUDIO,
}
"""After these nothing comes, and the app gives up."""


@pytest.fixture
async def server() -> AsyncIterator[Simulator]:
    async with Simulator(script=SCRIPT, pace=QUICK, log=True) as simulator:
        yield simulator


async def test_correct_app_takes_all_turns_without_an_error(server: Simulator) -> None:
    told: list[str] = []
    outcome = await run_demo(server.url, report=told.append, speed=SPEED, patience_s=PATIENCE_S)
    assert outcome.errors == []
    assert outcome.is_complete, outcome.ended_with
    assert len(told) == 1 + len(Turn)


@pytest.mark.parametrize("mistake", Mistake)
async def test_mistake_shows_as_it_says_and_the_app_ends(
    server: Simulator, mistake: Mistake
) -> None:
    told: list[str] = []
    outcome = await run_demo(
        server.url, mistake=mistake, report=told.append, speed=SPEED, patience_s=PATIENCE_S
    )
    assert any(mistake.does in each for each in told)
    assert set(outcome.errors) == ({ERRORS[mistake]} if mistake in ERRORS else set())
    assert outcome.is_complete is (mistake not in SILENT), outcome.ended_with


async def test_app_gives_up_when_the_server_falls_silent() -> None:
    async with Simulator(script=SCRIPT, pace=Pace(thinking_s=60.0)) as server:
        outcome = await run_demo(server.url, speed=SPEED, patience_s=0.1)
    assert not outcome.is_complete
    assert "response.done did not come: silence for 0.1 s" in outcome.ended_with
