"""When the `response.create` of an answer goes out, and what becomes of the app's own."""

import pytest
from interposed import SLOW, TWO_CALLS, Interposed, asked, creates
from races import spoken

from realtap.recordings.event import Fate, Origin


def test_follow_up_waits_for_the_sibling_that_the_app_answers() -> None:
    wire = asked()
    wire.director.answer_call(name="get_weather", output="sunny")
    assert not creates(wire.run())
    wire.answer_call(wire.call_id(0))
    assert len(creates(wire.run())) == 1


def test_output_goes_at_once_and_the_request_after_the_calling_response() -> None:
    wire = Interposed(script=TWO_CALLS, session={"output_modalities": ["text"]}, pace=SLOW)
    wire.write("both")
    wire.app_says("response.create")
    while not wire.app_heard("response.function_call_arguments.done"):
        wire.run(0.01)
    wire.director.answer_call(name="get_time", output="noon")
    wire.run(0.01)
    assert len(wire.server_got("conversation.item.create")) == 2
    assert not creates(wire)


def test_request_waits_for_the_acknowledgement_no_longer_than_a_second() -> None:
    wire = asked(delay=lambda: 0.4)
    wire.run(3)
    for name in ("get_time", "get_weather"):
        wire.director.answer_call(name=name, output="x")
    assert not creates(wire.run(0.7))
    assert len(creates(wire.run(1))) == 1


def test_request_of_the_app_becomes_the_follow_up_with_its_metadata() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    wire.director.answer_call(name="get_weather", output="sunny", respond=False)
    wire.run()
    assert not creates(wire)
    wire.app_says("response.create", event_id="mine", response={"metadata": {"id": "7"}})
    (create,) = creates(wire.run())
    assert (create["event_id"], create["response"]) == ("mine", {"metadata": {"id": "7"}})


def test_early_request_of_the_app_is_kept_until_everything_is_in() -> None:
    wire = asked()
    wire.director.answer_call(name="get_weather", output="sunny")
    wire.answer_call(wire.call_id(1))
    wire.app_says("response.create", event_id="mine")
    assert not creates(wire.run())
    assert wire.dropped()[-1].why == (
        f"kept for later: it follows after the output of {wire.call_id(0)} (get_time), as that of "
        "by hand"
    )
    wire.answer_call(wire.call_id(0))
    assert [each["event_id"] for each in creates(wire.run())] == ["mine"]


def test_request_of_the_app_does_not_wait_for_ever_for_a_call_that_nobody_answers() -> None:
    wire = asked()
    wire.director.answer_call(name="get_weather", output="sunny")
    wire.answer_call(wire.call_id(1))
    wire.app_says("response.create", event_id="mine")
    assert not creates(wire.run(9))
    assert [each["event_id"] for each in creates(wire.run(2))] == ["mine"]


def test_late_request_of_the_app_is_merged() -> None:
    wire = asked()
    for name in ("get_time", "get_weather"):
        wire.director.answer_call(name=name, output="x")
    wire.run()
    wire.answer_call(wire.call_id())
    wire.app_says("response.create")
    assert len(creates(wire.run())) == 1
    assert [(each.event["type"], each.why) for each in wire.dropped()] == [
        ("conversation.item.create", f"{wire.call_id()} was answered already: by hand"),
        ("response.create", "merged with the response.create that was sent already: by hand"),
    ]


def test_request_for_the_users_next_message_is_not_merged() -> None:
    wire = asked()
    for name in ("get_time", "get_weather"):
        wire.director.answer_call(name=name, output="x")
    wire.run()
    wire.answer_call(wire.call_id())
    wire.write("And now?")
    wire.app_says("response.create")
    assert len(creates(wire.run())) == 2


def test_request_without_any_part_of_ours_is_not_touched() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    wire.app_says("response.create")
    wire.run()
    assert all(each.fate is Fate.FORWARDED for each in wire.passages)
    assert not wire.injected()


def test_out_of_band_request_of_the_app_is_not_touched() -> None:
    wire = asked()
    wire.director.answer_call(name="get_weather", output="sunny")
    wire.answer_call(wire.call_id(0))
    wire.app_says("response.create", response={"conversation": "none"})
    assert not wire.run().dropped()


def test_answer_to_the_users_turn_makes_the_follow_up_needless() -> None:
    detection = {"type": "server_vad", "interrupt_response": False}
    session = {"output_modalities": ["text"], "audio": {"input": {"turn_detection": detection}}}
    wire = Interposed(script=TWO_CALLS, session=session)
    wire.write("both")
    wire.app_says("response.create")
    wire.run()
    for piece in spoken(300)[:3]:
        wire.app_says("input_audio_buffer.append", audio=piece)
    wire.run(0.1)
    for name in ("get_time", "get_weather"):
        wire.director.answer_call(name=name, output="x")
    wire.run(0.3)
    assert wire.director.status().planned
    for piece in spoken(300)[3:]:
        wire.app_says("input_audio_buffer.append", audio=piece)
    wire.run(2)
    assert not creates(wire)
    assert not wire.director.status().planned


def test_request_put_at_once_that_meets_an_active_response_stays_our_affair() -> None:
    wire = asked("slow", pace=SLOW, seconds=0.3)
    wire.director.request_response(now=True)
    wire.run(0.1)
    assert wire.server_said("error")
    assert not wire.app_heard("error")
    assert wire.faults == ["the response.create of by hand was not taken by the server"]


def test_request_that_meets_an_unforeseen_response_waits_again() -> None:
    wire = asked()
    for name in ("get_time", "get_weather"):
        wire.director.answer_call(name=name, output="x", respond=False)
    wire.run()
    wire.director.request_response({"instructions": "Be brief."})
    # Another connection of the same session is quicker.
    wire.server.receive('{"type": "response.create"}', wire.now)
    wire.run(2)
    assert wire.server_said("error")
    assert not wire.app_heard("error")
    assert len(wire.app_heard("response.done")) == 3


def test_refused_output_is_told_and_leaves_the_call_pending() -> None:
    wire = asked()
    item_id = wire.app_heard("response.function_call_arguments.done")[0]["item_id"]
    wire.server.receive(f'{{"type": "conversation.item.delete", "item_id": "{item_id}"}}', wire.now)
    wire.director.answer_call(name="get_time", output="noon")
    wire.run()
    assert "the server refused the output" in wire.faults[0]
    assert [each.name for each in wire.director.ledger.pending_calls()] == [
        "get_time",
        "get_weather",
    ]


def test_promised_output_keeps_the_request_of_the_app_waiting() -> None:
    wire = asked()
    wire.director.claim(wire.call_id(1), origin=Origin.MOCK, why="mock get_weather")
    wire.run(0.1)
    wire.answer_call(wire.call_id(0))
    wire.app_says("response.create")
    assert not creates(wire.run())
    wire.director.answer(wire.call_id(1), "sunny", origin=Origin.MOCK, why="mock get_weather")
    assert len(creates(wire.run())) == 1


@pytest.mark.parametrize("has_asked", [False, True])
def test_promise_taken_back_lets_the_app_go_on_alone(has_asked: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    wire = asked()
    wire.director.claim(wire.call_id(1), origin=Origin.MOCK, why="mock get_weather")
    wire.run(0.1)
    wire.answer_call(wire.call_id(0))
    if has_asked:
        wire.app_says("response.create")
        wire.run(0.1)
    wire.director.disclaim(wire.call_id(1), why="mock get_weather")
    wire.run(0.1)
    if not has_asked:
        wire.app_says("response.create")
    assert len(creates(wire.run())) == 1


def test_request_of_the_app_that_would_meet_ours_goes_after_it() -> None:
    wire = asked(delay=lambda: 0.1)
    for name in ("get_time", "get_weather"):
        wire.director.answer_call(name=name, output="x")
    while not creates(wire):
        wire.run(0.01)
    wire.write("And now?")
    wire.app_says("response.create", event_id="mine")
    wire.run(3)
    assert [each["event_id"] for each in creates(wire)][1:] == ["mine"]
    assert not wire.server_said("error")
