"""The classic mistakes, really made: by the demo's app, through the proxy, at the simulator."""

from collections.abc import Callable

import pytest

from realtap.proxy.demo import SCRIPT
from realtap.proxy.demo.app import run_demo
from realtap.proxy.demo.mistakes import Mistake
from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Closed
from realtap.recordings.findings import rules, tools
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.findings.finding import Severity
from realtap.recordings.findings.rule import Rule
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]

_CALLED_AGAIN = "call-never-answered"
"""The model did not get the output and calls again, and the app does not answer that call."""

FOUND = {
    Mistake.NO_RESPONSE_CREATE: ["missing-response-create"],
    Mistake.RESPONSE_CREATE_TOO_EARLY: ["response-create-while-active-after-tool"],
    Mistake.TWO_RESPONSE_CREATES: [
        "parallel-calls-partly-answered",
        "several-response-creates-for-parallel-calls",
    ],
    Mistake.ONE_OUTPUT_OF_TWO: ["parallel-calls-partly-answered"],
    Mistake.CALL_NEVER_ANSWERED: ["call-never-answered"],
    Mistake.UNKNOWN_CALL_ID: ["unknown-call-id", _CALLED_AGAIN],
    Mistake.ITEM_ID_AS_CALL_ID: ["unknown-call-id", _CALLED_AGAIN],
    Mistake.OUTPUT_NOT_A_STRING: ["malformed-function-call-output", _CALLED_AGAIN],
    Mistake.SECOND_OUTPUT: ["second-output-for-call"],
    Mistake.BETA_FIELDS: ["beta-fields-on-ga-server", "session-update-rejected"],
    Mistake.COMMIT_UNDER_VAD: ["commit-under-vad"],
    Mistake.BINARY_AUDIO: ["binary-client-frame"],
    Mistake.NO_TRUNCATE: ["missing-truncate"],
}
"""The errors and warnings of each mistake, without those that only repeat the server's errors."""

SILENCE_S = 20.0


async def _found_in_demo(
    make_proxy: MakeProxy,
    folder: RecordingsFolder,
    mistake: Mistake | None,
    classes: tuple[type[Rule], ...],
) -> list[str]:
    """What is found in the demo's session, if the app had waited a while before it gave up."""
    async with (
        Simulator(script=SCRIPT, fast=True) as simulator,
        make_proxy(simulator.url.removesuffix("/v1")) as proxy,
    ):
        await run_demo(proxy.url, mistake=mistake, speed=20, patience_s=0.3)
    (path,) = folder.paths()
    judge = Judge(classes=classes)
    entries = [each for each in Recording(path).entries() if not isinstance(each, Closed)]
    found = [each for entry in entries for each in judge.receive(entry)]
    found += judge.tick(judge.conversation.last_at + SILENCE_S)
    told = [each for each in settled([*found, *judge.finish()]) if each.slug != "server-error"]
    return list(dict.fromkeys(each.slug for each in told if each.severity is not Severity.INFO))


@pytest.mark.parametrize("mistake", Mistake)
async def test_a_mistake_of_the_demo_is_found_by_its_rule(
    make_proxy: MakeProxy, folder: RecordingsFolder, mistake: Mistake
) -> None:
    assert await _found_in_demo(make_proxy, folder, mistake, rules()) == FOUND[mistake]


async def test_the_correct_app_of_the_demo_makes_no_mistake_with_functions(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    # Of the other families some measure time, and this app lives twenty times as fast as people.
    assert await _found_in_demo(make_proxy, folder, None, tools.RULES) == []
