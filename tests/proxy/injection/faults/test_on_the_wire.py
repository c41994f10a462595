"""Every fault in a live session: what reaches the app and the server, and what the recording marks."""

import json
from base64 import b64encode

import pytest
from dialogue import SPOKEN_TURN
from live import App, MakeProxy, Scene, live
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK

from realtap.recordings.event import Closed, Entry, Event, Fate, Json, Origin, Released, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type Marks = list[tuple[str | None, str, str | None]]

TRANSCRIPT = "conversation.item.input_audio_transcription.completed"


async def _ask(app: App) -> Json:
    """A text turn; the response that it ends with."""
    await app.write("Hello")
    response: Json = (await app.hear("response.done"))["response"]
    return response


def _entries(folder: RecordingsFolder) -> list[Entry]:
    path = max(folder.paths())
    return list(Recording(path).entries())


def _marks(folder: RecordingsFolder) -> Marks:
    """Type, mark and reason of what is not plain in the recording."""
    events = [entry for entry in _entries(folder) if isinstance(entry, Event)]
    return [
        (event.type, event.origin if event.fate is Fate.FORWARDED else event.fate, event.why)
        for event in events
        if event.origin is not Origin.WIRE or event.fate is not Fate.FORWARDED
    ]


def _reached_server(scene: Scene) -> list[str]:
    return [str(event["type"]) for event in _events(scene, Side.CLIENT)]


def _events(scene: Scene, side: Side) -> list[Json]:
    """What the server got, or said."""
    [connection] = scene.simulator.connections
    return [json.loads(data) for data in connection.data(side)]


def _recorded_at(folder: RecordingsFolder, seq: int) -> float:
    events = [entry for entry in _entries(folder) if isinstance(entry, Event)]
    return next(event.at for event in events if event.seq == seq)


def _closed(folder: RecordingsFolder) -> Closed:
    return next(entry for entry in _entries(folder) if isinstance(entry, Closed))


async def _speak(app: App) -> None:
    """A spoken turn."""
    for start in range(0, len(SPOKEN_TURN), 4_800):
        audio = b64encode(SPOKEN_TURN[start : start + 4_800]).decode()
        await app.say("input_audio_buffer.append", audio=audio)


async def test_failed_response_is_followed_by_one_that_works(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["response-failed:code=insufficient_quota"])
        failed = await _ask(scene.app)
        completed = await _ask(scene.app)
    assert failed["status_details"]["error"]["code"] == "insufficient_quota"
    assert completed["status"] == "completed"
    assert "error" not in [event["type"] for event in scene.app.heard]
    why = "fault response-failed"
    assert ("response.cancel", "fault", why) in _marks(folder)
    assert ("response.done", "edited", why) in _marks(folder)


async def test_active_response_is_told_and_the_next_request_works(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["active-response"])
        await scene.app.write("Hello")
        error = (await scene.app.hear("error"))["error"]
        assert "response.create" not in _reached_server(scene)
        assert (await _ask(scene.app))["status"] == "completed"
    assert error["code"] == "conversation_already_has_active_response"
    assert _marks(folder) == [
        ("response.create", "dropped", "fault active-response"),
        ("error", "fault", "fault active-response"),
    ]


async def test_rate_limit_comes_with_limits_that_are_used_up(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["rate-limit"])
        failed = await _ask(scene.app)
        limits = (await scene.app.hear("rate_limits.updated"))["rate_limits"]
    assert failed["status_details"]["error"]["code"] == "rate_limit_exceeded"
    assert limits[0]["remaining"] == 0
    assert ("rate_limits.updated", "fault", "fault rate-limit") in _marks(folder)


@pytest.mark.parametrize("cancel", [{}, {"event_id": "cancel_1"}])
async def test_late_cancel_is_refused_by_the_server(
    make_proxy: MakeProxy, folder: RecordingsFolder, cancel: Json
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["late-cancel"])
        await scene.app.write("Hello")
        await scene.app.hear("response.created")
        await scene.app.say("response.cancel", **cancel)
        done = await scene.app.hear("response.done")
        error = (await scene.app.hear("error"))["error"]
    assert done["response"]["status"] == "completed"
    assert (error["code"], error["event_id"]) == (
        "response_cancel_not_active",
        cancel.get("event_id"),
    )
    assert _marks(folder)[:2] == [
        ("response.cancel", "dropped", "fault late-cancel"),
        ("response.cancel", "fault", "fault late-cancel"),
    ]


async def test_lost_update_is_in_force(make_proxy: MakeProxy, folder: RecordingsFolder) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["lost-session-updated"])
        session = {"type": "realtime", "output_modalities": ["text"]}
        await scene.app.say("session.update", session=session)
        assert (await _ask(scene.app))["output_modalities"] == ["text"]
    assert "session.updated" not in [event["type"] for event in scene.app.heard]
    assert _marks(folder) == [("session.updated", "dropped", "fault lost-session-updated")]


async def test_transcript_comes_behind_the_answer(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy, script='[[hear]]\ntext = "Hello"') as scene:
        scene.proxy.helm.regime.set_faults(["delayed-transcript:seconds=0.3"])
        transcription = {"transcription": {"model": "whisper-1"}}
        session = {"type": "realtime", "audio": {"input": transcription}}
        await scene.app.say("session.update", session=session)
        await _speak(scene.app)
        await scene.app.hear("response.done")
        assert TRANSCRIPT not in [event["type"] for event in scene.app.heard]
        assert (await scene.app.hear(TRANSCRIPT))["transcript"] == "Hello"
    marks = [mark for mark in _marks(folder) if mark[0] == TRANSCRIPT]
    assert [mark for _, mark, _ in marks] == ["dropped", "fault"]


async def test_connection_is_cut_in_the_middle_of_a_delta(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["cut"])
        with pytest.raises(ConnectionClosedError) as closed:
            await _ask(scene.app)
    assert closed.value.rcvd is None
    assert "response.output_audio.delta" not in [event["type"] for event in scene.app.heard]
    assert _marks(folder)[0] == ("response.output_audio.delta", "held", "fault cut")
    released = next(entry for entry in _entries(folder) if isinstance(entry, Released))
    assert (released.fate, released.why) == (Fate.DROPPED, "fault cut")
    assert _closed(folder).code == 1006


async def test_server_closes_with_a_code_and_a_reason(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(['close:code=1012,reason="restart, sorry"'])
        with pytest.raises(ConnectionClosedError) as closed:
            await _ask(scene.app)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1012, "restart, sorry")
    assert scene.app.heard[-1]["type"] == "response.created"
    assert (_closed(folder).side, _closed(folder).extra["why"]) == (Side.SERVER, "fault close")


async def test_session_expires_with_an_error_and_a_close(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["session-expired:seconds=0.05"])
        error = (await scene.app.hear("error"))["error"]
        with pytest.raises(ConnectionClosedOK) as closed:
            await scene.app.hear("never")
    assert error["code"] == "session_expired"
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, error["message"])
    assert _marks(folder) == [("error", "fault", "fault session-expired")]


async def test_stalled_messages_arrive_in_their_order(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["stall:seconds=0.2,when=response.created"])
        assert (await _ask(scene.app))["status"] == "completed"
    heard = [event["event_id"] for event in scene.app.heard]
    assert heard == [event["event_id"] for event in _events(scene, Side.SERVER)][: len(heard)]
    assert _marks(folder)[0] == ("response.created", "held", "fault stall")
    released = next(entry for entry in _entries(folder) if isinstance(entry, Released))
    assert released.at - _recorded_at(folder, released.seq) >= 0.2


async def test_slow_audio_arrives_whole(make_proxy: MakeProxy, folder: RecordingsFolder) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["slow-audio:ms=20"])
        assert (await _ask(scene.app))["status"] == "completed"
    released = [entry.at for entry in _entries(folder) if isinstance(entry, Released)]
    deltas = [event for event in scene.app.heard if event["type"].endswith("audio.delta")]
    assert len(deltas) > 2
    assert released[-1] - released[0] > 0.02 * (len(deltas) - 3)
    assert ("response.output_audio.delta", "held", "fault slow-audio") in _marks(folder)


async def test_app_that_connects_again_is_not_cut_again(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        scene.proxy.helm.regime.set_faults(["cut:when=response.created"])
        with pytest.raises(ConnectionClosedError):
            await _ask(scene.app)
        headers = {"Authorization": "Bearer sk-proj-0123456789abcdefghij"}
        uri = f"{scene.proxy.url}/realtime?model=gpt-realtime"
        async with connect(uri, additional_headers=headers, proxy=None) as connection:
            assert (await _ask(App(connection)))["status"] == "completed"
