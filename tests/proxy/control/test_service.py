"""What the control channel is asked happens in the live session, and is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from live import MakeProxy, live
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from realtap.proxy.control.methods import (
    BreakpointsSet,
    FaultOn,
    FaultsList,
    FaultsSet,
    HeldList,
    HeldRelease,
    InjectCall,
    InjectEvent,
    InjectOutput,
    InjectResponse,
    MocksGet,
    MocksSet,
    SessionClose,
    SessionShow,
    SessionsList,
    Status,
)
from realtap.proxy.injection.faults.notation import parse_fault
from realtap.recordings.errors import InjectionError, UsageError
from realtap.recordings.event import Event, Fate, Origin, Released, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

WEATHER_MOCK = '[[mock]]\ncall = "get_weather"\noutput = "sunny"\n'


def recorded[T](folder: RecordingsFolder, kind: type[T], is_it: Callable[[T], bool]) -> list[T]:
    [path] = folder.paths()
    entries = [entry for entry in Recording(path).entries() if isinstance(entry, kind)]
    return [entry for entry in entries if is_it(entry)]


async def test_a_pending_call_is_answered_by_hand(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        shown = await scene.control.ask(SessionShow())
        assert [call.call_id for call in shown.pending_calls] == [call_id]
        planned = await scene.control.ask(InjectOutput(name="get_weather", output="sunny"))
        done = await scene.app.hear("response.done")
    assert done["response"]["status"] == "completed"
    assert planned.events[0]["item"]["call_id"] == call_id
    injected = recorded(folder, Event, lambda event: event.origin is Origin.INJECTED)
    assert [event.type for event in injected] == ["conversation.item.create", "response.create"]
    assert {event.side for event in injected} == {Side.CLIENT}


async def test_a_dry_run_sends_nothing(make_proxy: MakeProxy, folder: RecordingsFolder) -> None:
    async with live(make_proxy) as scene:
        await scene.app.call_weather()
        output = InjectOutput(name="get_weather", output="sunny", dry_run=True)
        planned = await scene.control.ask(output)
        assert len((await scene.control.ask(SessionShow())).pending_calls) == 1
    assert planned.events[0]["type"] == "conversation.item.create"
    assert recorded(folder, Event, lambda event: event.origin is not Origin.WIRE) == []


async def test_an_output_for_no_call_is_refused_with_those_that_are_pending(
    make_proxy: MakeProxy,
) -> None:
    async with live(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        with pytest.raises(InjectionError, match=call_id):
            await scene.control.ask(InjectOutput(call_id="call_x", output="sunny"))


async def test_a_response_is_asked_for_by_hand(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await scene.control.ask(InjectResponse())
        assert (await scene.app.hear("response.done"))["response"]["status"] == "completed"


async def test_an_event_of_the_server_is_played_to_the_app(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    event = {
        "type": "error",
        "event_id": "event_1",
        "error": {"type": "server_error", "code": "x", "message": "made up", "param": None},
    }
    async with live(make_proxy) as scene:
        await scene.control.ask(InjectEvent(side=Side.SERVER, event=event, validate=False))
        assert await scene.app.hear("error") == event
    [made] = recorded(folder, Event, lambda event: event.type == "error")
    assert (made.origin, made.side, made.why) == (Origin.INJECTED, Side.SERVER, "by hand")


async def test_a_made_up_call_reaches_the_app_and_its_output_never_the_server(
    make_proxy: MakeProxy,
) -> None:
    async with live(make_proxy) as scene:
        await scene.control.ask(InjectCall(name="get_weather", arguments='{"city":"Paris"}'))
        done = await scene.app.hear("response.function_call_arguments.done")
        await scene.app.hear("response.done")
        item = {"type": "function_call_output", "call_id": done["call_id"], "output": "sunny"}
        await scene.app.say("conversation.item.create", item=item)
        await scene.app.say("response.create")
        await scene.app.hear("response.done")
        said = scene.simulator.connections[0].data(Side.CLIENT)
    assert json.loads(done["arguments"]) == {"city": "Paris"}
    assert said == []


async def test_a_breakpoint_holds_until_somebody_releases(
    make_proxy: MakeProxy, folder: RecordingsFolder
) -> None:
    async with live(make_proxy) as scene:
        await scene.control.subscribe()
        await scene.control.ask(BreakpointsSet(filters=["type:response.create"]))
        await scene.app.write("hello")
        await scene.change(lambda it: it.session is not None and bool(it.session.held))
        [held] = await scene.control.ask(HeldList())
        assert (held.type, held.side) == ("response.create", Side.CLIENT)
        other = {"type": "response.create", "response": {"output_modalities": ["text"]}}
        release = HeldRelease(seq=held.seq, action="edit", event=other)
        await scene.control.ask(release)
        done = await scene.app.hear("response.done")
        assert await scene.control.ask(HeldList()) == []
    assert done["response"]["output_modalities"] == ["text"]
    [released] = recorded(folder, Released, lambda _: True)
    assert (released.seq, released.fate, released.why) == (held.seq, Fate.EDITED, "by hand")


async def test_releasing_with_an_edit_needs_the_event(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        with pytest.raises(UsageError, match="needs the event"):
            await scene.control.ask(HeldRelease(seq=1, action="edit"))
        with pytest.raises(InjectionError, match="message 1 is not held"):
            await scene.control.ask(HeldRelease(seq=1))


async def test_mocks_are_set_as_text_and_answer_for_the_app(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        mocks = await scene.control.ask(MocksSet(toml=WEATHER_MOCK))
        assert (mocks.source, len(mocks.rules), mocks.problem) == ("text", 1, None)
        await scene.app.call_weather()
        await scene.app.hear("response.done")
        assert (await scene.control.ask(MocksSet())).rules == []


async def test_mocks_of_a_file_are_in_force_from_the_start(
    make_proxy: MakeProxy, tmp_path: Path
) -> None:
    path = tmp_path / "mocks.toml"
    path.write_text(WEATHER_MOCK)
    async with live(make_proxy, mocks=path) as scene:
        mocks = await scene.control.ask(MocksGet())
        assert (mocks.source, len(mocks.rules)) == (str(path), 1)


async def test_bad_mocks_are_refused_and_the_old_ones_stay(
    make_proxy: MakeProxy, tmp_path: Path
) -> None:
    async with live(make_proxy) as scene:
        good = await scene.control.ask(MocksSet(toml=WEATHER_MOCK))
        for bad in (
            MocksSet(toml="[[mock]]\ncal = 1"),
            MocksSet(path=str(tmp_path / "none.toml")),
            MocksSet(toml=WEATHER_MOCK, path="x"),
        ):
            with pytest.raises(UsageError):
                await scene.control.ask(bad)
        assert await scene.control.ask(MocksGet()) == good


async def test_faults_are_switched_on_for_all_and_listed(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await scene.control.ask(FaultsSet(faults=["lost-session-updated"]))
        faults = {each.name: each for each in await scene.control.ask(FaultsList())}
        assert faults["lost-session-updated"].on == [FaultOn("lost-session-updated")]
        assert faults["close"].on == []
        assert parse_fault(faults["close"].written) == parse_fault("close")
        assert faults["close"].app_should
        await scene.app.say("session.update", session={"type": "realtime", "instructions": "x"})
        await scene.app.write("hello")
        await scene.app.hear("response.done")
        with pytest.raises(UsageError):
            await scene.control.ask(FaultsSet(faults=["no-such-fault"]))
        assert (await scene.control.ask(Status())).faults == ["lost-session-updated"]
    assert "session.updated" not in [event["type"] for event in scene.app.heard]


async def test_a_fault_of_one_session_is_forgotten_with_it(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        [session] = await scene.control.ask(SessionsList())
        await scene.control.ask(FaultsSet(faults=["lost-session-updated"], session=session.id[-4:]))
        faults = {each.name: each for each in await scene.control.ask(FaultsList())}
        [on] = faults["lost-session-updated"].on
        assert on == FaultOn("lost-session-updated", session.id)
        assert str(on) == f"lost-session-updated in {session.id}"
        await scene.control.subscribe()
        await scene.control.ask(SessionClose(code=4001, reason="enough"))
        with pytest.raises(ConnectionClosedError) as closed:
            await scene.app.hear("nothing")
        await scene.change(lambda it: it.what == "ended")
        faults = {each.name: each for each in await scene.control.ask(FaultsList())}
        assert faults["lost-session-updated"].on == []
        assert await scene.control.ask(SessionsList()) == []
    assert closed.value.rcvd == Close(4001, "enough")


async def test_a_session_that_is_not_there_is_refused_with_those_that_are(
    make_proxy: MakeProxy,
) -> None:
    async with live(make_proxy) as scene:
        [session] = await scene.control.ask(SessionsList())
        with pytest.raises(InjectionError, match=f"none of the open sessions: {session.id}"):
            await scene.control.ask(SessionShow(session="zzz"))
        assert (await scene.control.ask(SessionShow(session=session.id[:-1]))).id == session.id


async def test_without_a_session_nothing_can_be_injected(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await scene.control.subscribe()
        await scene.app.close()
        await scene.change(lambda it: it.what == "ended")
        with pytest.raises(InjectionError, match="no session is open"):
            await scene.control.ask(InjectResponse())


async def test_a_close_code_that_no_frame_can_have_is_refused(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        with pytest.raises(UsageError, match="a close frame cannot say that"):
            await scene.control.ask(SessionClose(code=1006))
        with pytest.raises(UsageError, match="a close frame cannot say that"):
            await scene.control.ask(SessionClose(reason="x" * 200))
        assert len(await scene.control.ask(SessionsList())) == 1


async def test_subscribers_hear_of_sessions_calls_and_rules(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        state = await scene.control.subscribe()
        assert [session.pending_calls for session in state.sessions] == [[]]
        call_id = await scene.app.call_weather()
        change = await scene.change(
            lambda it: it.session is not None and bool(it.session.pending_calls)
        )
        assert change.session is not None
        assert [call.call_id for call in change.session.pending_calls] == [call_id]
        await scene.control.ask(InjectOutput(call_id=call_id, output="x", respond=False))
        await scene.change(lambda it: it.session is not None and not it.session.pending_calls)
        await scene.control.ask(BreakpointsSet(filters=["type:response.create"]))
        await scene.change(lambda it: it.what == "rules")
