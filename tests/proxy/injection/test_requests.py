"""What people ask of a session, and what they are told."""

import pytest
from interposed import SLOW, Interposed, asked, creates

from realtap.recordings.errors import InjectionError
from realtap.recordings.event import Origin, Side


def test_answer_says_what_was_sent_and_what_follows() -> None:
    wire = asked()
    planned = wire.director.answer_call(name="get_time", output="noon")
    sibling = f"{wire.call_id(1)} (get_weather)"
    assert planned.text == (
        f"output of {wire.call_id(0)} (get_time) sent; "
        f"response.create follows after the output of {sibling}"
    )
    assert [event["type"] for event in planned.events] == [
        "conversation.item.create",
        "response.create",
    ]
    wire.run()
    assert wire.director.status().planned == [
        f"response.create follows after the output of {sibling} (by hand)"
    ]


def test_dry_run_sends_nothing() -> None:
    wire = asked()
    planned = wire.director.answer_call(name="get_time", output="noon", dry_run=True)
    assert "follows after the output of" in planned.text
    wire.director.request_response(dry_run=True)
    wire.director.send_event(Side.CLIENT, {"type": "input_audio_buffer.clear"}, dry_run=True)
    wire.director.make_call("get_time", "{}", dry_run=True)
    assert not wire.run().injected()


def test_same_call_cannot_be_answered_twice() -> None:
    wire = asked()
    wire.director.answer_call(name="get_time", output="noon")
    with pytest.raises(InjectionError, match=r"\(get_time\) has its output already"):
        wire.director.answer_call(call_id=wire.call_id(0), output="noon")
    wire.run()
    with pytest.raises(InjectionError, match=r"\(get_time\) has its output already; pending: "):
        wire.director.answer_call(call_id=wire.call_id(0), output="noon")


def test_answer_without_response_sends_only_the_output() -> None:
    wire = asked()
    for name in ("get_time", "get_weather"):
        wire.director.answer_call(name=name, output="x", respond=False)
    wire.run(5)
    assert not creates(wire)


def test_answer_put_at_once_does_not_wait() -> None:
    wire = asked()
    planned = wire.director.answer_call(name="get_time", output="noon", now=True)
    wire.run(0)
    assert planned.text.endswith("response.create sent")
    assert len(creates(wire)) == 1


def test_forgotten_request_is_made_by_hand() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    wire.answer_call(wire.call_id(1))
    wire.run(5)
    assert wire.director.request_response().text == "response.create follows"
    assert len(creates(wire.run())) == 1
    assert [each.origin for each in wire.injected()] == [Origin.INJECTED]


def test_request_by_hand_waits_for_the_active_response() -> None:
    wire = asked("slow", pace=SLOW, seconds=0.3)
    planned = wire.director.request_response({"instructions": "Be brief."})
    assert planned.text.startswith("response.create follows after response.done of resp_")
    wire.run(0.1)
    assert not creates(wire)
    assert len(creates(wire.run(5))) == 1
    assert not wire.server_said("error")


def test_request_outside_of_the_conversation_goes_at_once() -> None:
    wire = asked("slow", pace=SLOW, seconds=0.3)
    wire.director.request_response({"conversation": "none"})
    assert len(creates(wire.run(0))) == 1


def test_any_event_can_be_sent_and_is_checked_before() -> None:
    wire = Interposed(session={"output_modalities": ["text"]})
    wire.run()
    wire.director.send_event(Side.CLIENT, {"type": "input_audio_buffer.clear"})
    assert wire.run().app_heard("input_audio_buffer.cleared")
    with pytest.raises(
        InjectionError, match=r"response\.creat would not be taken: .*response\.create"
    ):
        wire.director.send_event(Side.CLIENT, {"type": "response.creat"})
    wire.director.send_event(Side.CLIENT, {"type": "response.creat"}, validate=False)
    assert wire.run().server_got("response.creat")


def test_request_sent_as_any_event_waits_all_the_same() -> None:
    wire = asked("slow", pace=SLOW, seconds=0.3)
    wire.director.send_event(Side.CLIENT, {"type": "response.create"})
    assert not creates(wire.run(0.1))


def test_output_sent_as_any_event_needs_a_pending_call() -> None:
    wire = asked()
    item = {"type": "function_call_output", "call_id": "call_x", "output": "1"}
    with pytest.raises(InjectionError, match="there is no call call_x; pending: "):
        wire.director.send_event(Side.CLIENT, {"type": "conversation.item.create", "item": item})


def test_output_sent_as_any_event_is_the_only_one() -> None:
    wire = asked()
    item = {"type": "function_call_output", "call_id": wire.call_id(0), "output": "1"}
    wire.director.send_event(Side.CLIENT, {"type": "conversation.item.create", "item": item})
    wire.answer_call(wire.call_id(0))
    wire.run()
    assert [each.why for each in wire.dropped()] == [
        f"{wire.call_id(0)} was answered already: by hand"
    ]


def test_status_tells_what_is_going_on() -> None:
    wire = asked()
    status = wire.director.status()
    assert (status.id, status.model, status.profile) == ("session", "gpt-realtime", "openai-ga")
    assert [(call.name, call.arguments) for call in status.pending_calls] == [
        ("get_time", "{}"),
        ("get_weather", "{}"),
    ]
    assert status.active_response == ""
