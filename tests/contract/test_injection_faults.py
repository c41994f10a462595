"""A fault is realtap's doing: the app is not blamed for it, and the recording is whole."""

from base64 import b64encode
from contextlib import suppress

import pytest
from dialogue import SPOKEN_TURN, WEATHER_TOOL
from live import App, MakeProxy, live
from websockets.exceptions import ConnectionClosed

from realtap.proxy.injection.faults import FAULTS
from realtap.recordings.event import Closed
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.findings.finding import Severity
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

WRITTEN = (
    "response-failed:at=start",
    "response-failed:at=middle",
    "active-response",
    "rate-limit:at=start",
    "rate-limit:at=middle",
    "late-cancel",
    "lost-session-updated",
    "delayed-transcript:seconds=0.2",
    "cut:when=response.done",
    "cut:when=session.updated",
    "close:code=1012",
    "session-expired:seconds=0.02",
    "stall:seconds=0.2,side=server",
    "stall:seconds=0.2,side=both",
    "slow-audio:factor=0.1",
)
"""Each fault, at moments that differ."""


async def converse(app: App, fault: str) -> None:
    """A text turn, a call and a spoken turn, by an app that does what the fault is about."""
    audio = {"input": {"transcription": {"model": "whisper-1"}}}
    session = {"type": "realtime", "tools": [WEATHER_TOOL], "audio": audio}
    await app.say("session.update", session=session)
    await app.write("Hello")
    if fault == "active-response":
        await app.hear("error")
        await app.say("response.create")
    await app.hear("response.created")
    if fault == "late-cancel":
        await app.say("response.cancel", event_id="cancel")
    await app.hear("response.done")
    await app.write("What is the weather in Paris?")
    [call] = (await app.hear("response.done"))["response"]["output"]
    item = {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}
    await app.say("conversation.item.create", item=item)
    await app.say("response.create")
    await app.hear("response.done")
    for start in range(0, len(SPOKEN_TURN), 4_800):
        piece = b64encode(SPOKEN_TURN[start : start + 4_800]).decode()
        await app.say("input_audio_buffer.append", audio=piece)
    await app.hear("response.done")


def test_every_fault_is_tried() -> None:
    assert {text.partition(":")[0] for text in WRITTEN} == set(FAULTS)


@pytest.mark.parametrize("fault", WRITTEN)
async def test_app_is_not_blamed_for_a_fault(
    make_proxy: MakeProxy, folder: RecordingsFolder, fault: str
) -> None:
    async with live(make_proxy, script='[[hear]]\ntext = "Hello"') as scene:
        scene.proxy.helm.regime.set_faults([fault])
        with suppress(ConnectionClosed):
            await converse(scene.app, fault)
    [path] = folder.paths()
    assert f'"why":"fault {fault.partition(":")[0]}"' in path.read_text("utf-8")
    recording = Recording(path)
    entries = list(recording.entries())
    assert recording.warnings == []
    assert isinstance(entries[-1], Closed)
    judge = Judge()
    found = [each for entry in entries for each in judge.receive(entry)]
    errors = [
        each.what
        for each in settled([*found, *judge.finish()])
        if each.severity.is_at_least(Severity.ERROR)
    ]
    assert errors == []
