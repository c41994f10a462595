"""Made-up calls between an app and the simulated server."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dialogue import WEATHER_TOOL, one, types
from judged import JUNK
from made_up_session import MadeUpSession, call_id_of
from transcript import OPENAI, XAI

from realtap.proxy.injection.ids import MadeIds, is_made_up
from realtap.proxy.injection.made_up import MadeUp
from realtap.proxy.simulator.dialect import Dialect
from realtap.recordings.catalogue import catalogue
from realtap.recordings.conversation import Seen
from realtap.recordings.errors import InjectionError
from realtap.recordings.event import Event, Fate, Json, Origin, Side

ANSWER = "It is 18 degrees in Paris."


def a_session(**options: Any) -> MadeUpSession:
    """A GA session with a tool, in which something was said."""
    session = MadeUpSession(**options)
    session.configure(tools=[WEATHER_TOOL], output_modalities=["text"])
    session.ask("Hello.")
    return session


def reached(session: MadeUpSession, since: int) -> list[str]:
    """The types of what has reached the server after the first few."""
    return [event["type"] for event in session.reached_server[since:]]


# The call.


def test_made_up_call_has_all_events_of_a_real_one() -> None:
    session = MadeUpSession(
        script='[[when]]\ntext = "*"\ncall = "get_weather"\narguments = { city = "Paris" }'
    )
    session.configure(tools=[WEATHER_TOOL])
    real = types(session.ask("The weather?"))
    made_up = types(session.make_call())
    assert made_up == real[real.index("response.created") : -1]
    assert real[-1] == "rate_limits.updated"


def test_made_up_call_is_marked_as_injected_and_its_ids_are_ours() -> None:
    session = a_session()
    events = session.make_call()
    assert all(is_made_up(event["event_id"]) for event in events)
    assert is_made_up(call_id_of(events))
    marked = session.marked()
    assert len(marked) == len(events)
    assert {each[1:] for each in marked} == {(Origin.INJECTED, Fate.FORWARDED, "by hand")}


def test_made_up_call_costs_nothing() -> None:
    events = a_session().make_call()
    usage = one(events, "response.done")["response"]["usage"]
    assert usage["total_tokens"] == usage["input_token_details"]["cached_tokens"] == 0


def test_made_up_call_stands_after_the_last_real_item() -> None:
    session = a_session()
    last = session.desk.ledger.last_item_id
    assert one(session.make_call(), "conversation.item.added")["previous_item_id"] == last


def test_made_up_response_is_of_the_real_conversation() -> None:
    session = MadeUpSession()
    session.make_call()
    real = one(session.ask("Hello."), "response.created")
    made_up = one(session.make_call(), "response.created")
    assert made_up["response"]["conversation_id"] == real["response"]["conversation_id"]


def test_call_waits_for_the_end_of_a_real_response() -> None:
    session = a_session()
    session.write("Go on.")
    session.say("response.create")
    assert session.make_call() == []
    assert [call.stage for call in session.made_up.status()] == ["waiting"]
    heard = [event["type"] for event in session.wait()]
    assert heard.index("response.done") < heard.index("response.created")
    assert heard.count("response.done") == 2
    assert [call.stage for call in session.made_up.status()] == ["pending"]


def test_call_does_not_wait_when_it_is_wanted_now() -> None:
    session = a_session()
    session.write("Go on.")
    session.say("response.create")
    assert types(session.make_call(now=True))[-1] == "response.done"


def test_preview_shows_the_events_and_sends_nothing() -> None:
    session = a_session()
    previewed = session.made_up.preview("get_weather", "{}", session.desk)
    assert types(previewed)[0] == "response.created"
    assert not session.made_up.is_active
    assert session.wait() == []


@pytest.mark.parametrize("arguments", ["", "{}", '{"city": "Zürich", "days": [1, 2.5, null]}'])
def test_arguments_come_as_they_were_given(arguments: str) -> None:
    events = a_session().make_call(arguments=arguments)
    told = one(events, "response.function_call_arguments.done")["arguments"]
    assert json.loads(told) == json.loads(arguments or "{}")


def test_call_that_is_refused_leaves_the_session_alone() -> None:
    session = a_session()
    with pytest.raises(InjectionError, match="are not JSON"):
        session.made_up.make_call("get_weather", '{"city":', session.desk)
    assert not session.made_up.is_active


def test_long_arguments_are_not_cut() -> None:
    session = a_session()
    session.configure(max_output_tokens=10)
    cities = ["Paris is a city." * 10] * 100
    events = session.make_call(arguments=json.dumps({"cities": cities}))
    done = one(events, "response.done")["response"]
    assert json.loads(done["output"][0]["arguments"]) == {"cities": cities}
    assert (done["status"], done["max_output_tokens"]) == ("completed", 10)


def test_app_may_limit_the_answer() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call(answer=ANSWER)), "18")
    done = session.say("response.create", response={"max_output_tokens": 2})[-1]["response"]
    assert (done["status"], done["max_output_tokens"]) == ("incomplete", 2)


# What the app says about it.


@pytest.mark.parametrize("dialect", list(Dialect))
def test_app_completes_a_made_up_call_and_the_server_sees_nothing(dialect: Dialect) -> None:
    session = MadeUpSession(dialect=dialect)
    session.ask("Hello.")
    since = len(session.reached_server)
    call_id = call_id_of(session.make_call(answer=ANSWER))
    acknowledged = session.answer(call_id, "18")
    answered = session.say("response.create")
    assert reached(session, since) == []
    assert acknowledged[0]["item"]["output"] == "18"
    assert one(answered, "response.done")["response"]["status"] == "completed"
    assert session.conversation().items.in_order()[-1].text == ANSWER
    assert session.findings() == []


def test_session_goes_on_as_if_nothing_had_been() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call(answer=ANSWER)), "18")
    session.say("response.create")
    since = len(session.reached_server)
    heard = session.ask("And now?")
    assert reached(session, since) == ["conversation.item.create", "response.create"]
    assert one(heard, "response.done")["response"]["status"] == "completed"
    assert session.findings() == []


def test_apps_part_is_recorded_as_dropped() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call()), "18")
    session.say("response.create")
    dropped = [each for each in session.marked() if each[2] is Fate.DROPPED]
    assert dropped == [
        (type_, Origin.WIRE, Fate.DROPPED, "made-up call get_weather")
        for type_ in ("conversation.item.create", "response.create")
    ]


def test_output_is_acknowledged_as_by_the_server() -> None:
    session = a_session()
    events = session.make_call()
    call = one(events, "conversation.item.added")["item"]
    added, done = session.answer(call["call_id"], "18", id="item_of_the_app")
    assert (added["type"], done["type"]) == ("conversation.item.added", "conversation.item.done")
    assert added["item"]["id"] == "item_of_the_app"
    assert added["previous_item_id"] == call["id"]


def test_spoken_session_gets_a_spoken_answer() -> None:
    session = MadeUpSession()
    session.ask("Hello.")
    session.answer(call_id_of(session.make_call(answer=ANSWER)), "18")
    answered = session.say("response.create")
    assert one(answered, "response.output_audio_transcript.done")["transcript"] == ANSWER
    assert sum(event["type"] == "response.output_audio.delta" for event in answered) > 1


def test_call_without_an_answer_is_ended_by_an_empty_response_that_echoes_metadata() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call()), "18")
    created, done = session.say("response.create", response={"metadata": {"turn": "3"}})
    assert created["response"]["metadata"] == done["response"]["metadata"] == {"turn": "3"}
    assert done["response"]["status"] == "completed"
    assert done["response"]["output"] == []


def test_answer_waits_for_a_real_response() -> None:
    session = a_session()
    call_id = call_id_of(session.make_call(answer=ANSWER))
    session.write("Something else.")
    session.say("response.create")
    session.answer(call_id, "18")
    assert "response.created" not in types(session.say("response.create"))
    assert session.wait()[-1]["response"]["output"][0]["content"][0]["text"] == ANSWER


def test_two_made_up_calls_answered_together_get_one_response() -> None:
    session = a_session()
    first = call_id_of(session.make_call(answer="One."))
    second = call_id_of(session.make_call("get_time", "{}", answer="Two."))
    session.answer(first, "1")
    session.answer(second, "2")
    done = one(session.say("response.create"), "response.done")
    assert done["response"]["output"][0]["content"][0]["text"] == "One. Two."
    assert [call.stage for call in session.made_up.status()] == ["answered", "answered"]


def test_create_goes_to_the_server_when_a_real_call_was_answered_too() -> None:
    session = a_session(script='[[when]]\ntext = "*weather*"\ncall = "get_weather"')
    real = call_id_of(session.ask("The weather in Rome?"))
    made_up = call_id_of(session.make_call(answer=ANSWER))
    since = len(session.reached_server)
    session.answer(made_up, "18")
    session.answer(real, "21")
    session.say("response.create")
    assert reached(session, since) == ["conversation.item.create", "response.create"]
    assert session.reached_server[since]["item"]["call_id"] == real


def test_create_goes_to_the_server_when_the_user_has_written_since() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call(answer=ANSWER)), "18")
    since = len(session.reached_server)
    session.write("Never mind.")
    session.say("response.create")
    assert reached(session, since) == ["conversation.item.create", "response.create"]
    assert [call.stage for call in session.made_up.status()] == ["overtaken"]


def test_response_beside_the_conversation_is_the_servers() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call(answer=ANSWER)), "18")
    since = len(session.reached_server)
    session.say("response.create", response={"conversation": "none", "input": []})
    assert reached(session, since) == ["response.create"]
    assert one(session.say("response.create"), "response.done")["response"]["output"]


def test_status_tells_how_far_a_call_has_come() -> None:
    session = a_session()
    call_id = call_id_of(session.make_call(answer=ANSWER))
    (call,) = session.made_up.status()
    assert (call.call_id, call.name, call.stage) == (call_id, "get_weather", "pending")
    session.answer(call_id, "18")
    assert (call.output, call.stage) == ("18", "output given")
    session.say("response.create")
    assert call.stage == "answered"


# Mistakes of the app.


@pytest.mark.parametrize(
    ("call_id", "output", "code"),
    [
        ("the item's", "18", "invalid_tool_call_id"),
        ("call_nobody_knows", "18", "invalid_tool_call_id"),
        (None, "18", "invalid_type"),
        ("right", {"degrees": 18}, "invalid_type"),
        ("right", None, "invalid_type"),
        ("right", "half \ud83d", "invalid_json"),
    ],
)
def test_wrong_output_gets_the_servers_error(
    call_id: str | None, output: object, code: str
) -> None:
    session = a_session()
    item = one(session.make_call(), "conversation.item.added")["item"]
    since = len(session.reached_server)
    named = {"the item's": item["id"], "right": item["call_id"]}
    (error,) = session.answer(named.get(call_id or "", call_id), output)
    assert error["error"]["code"] == code
    assert reached(session, since) == []
    assert [call.stage for call in session.made_up.status()] == ["pending"]


def test_create_after_a_refused_output_is_kept_from_the_server_too() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call(answer=ANSWER)), {})
    since = len(session.reached_server)
    done = one(session.say("response.create"), "response.done")
    assert reached(session, since) == []
    assert done["response"]["output"] == []


def test_call_id_that_nobody_knows_is_the_servers_when_a_real_call_is_open() -> None:
    session = a_session(script='[[when]]\ntext = "*weather*"\ncall = "get_weather"')
    session.ask("The weather in Rome?")
    session.make_call()
    since = len(session.reached_server)
    (error,) = session.answer("call_nobody_knows", "18")
    assert error["error"]["code"] == "invalid_tool_call_id"
    assert reached(session, since) == ["conversation.item.create"]


def test_refused_event_is_named_in_the_error() -> None:
    session = a_session()
    session.make_call()
    item = {"type": "function_call_output", "call_id": "x", "output": "y"}
    (error,) = session.say("conversation.item.create", item=item, event_id="mine")
    assert error["error"]["event_id"] == "mine"


def test_create_that_the_server_would_refuse_is_refused() -> None:
    session = a_session()
    session.answer(call_id_of(session.make_call()), "18")
    (error,) = session.say("response.create", response={"modalities": ["text"]})
    assert error["error"]["code"] == "unknown_parameter"


def test_lenient_server_takes_what_openai_would_refuse() -> None:
    session = a_session(upstream="ws://localhost:8000/v1/realtime")
    session.answer(call_id_of(session.make_call()), "18", note="a field of this server's own")
    done = session.say("response.create", response={"modalities": ["text", "audio"], "odd": 1})[-1]
    assert done["response"]["output_modalities"] == ["audio"]


# Later events about made-up items.


def answered_call(session: MadeUpSession) -> dict[str, Json]:
    """The made-up items by their types, after the app has done its part."""
    events = session.make_call(answer=ANSWER)
    events += session.answer(call_id_of(events), "18")
    events += session.say("response.create")
    return {
        event["item"]["type"]: event["item"]
        for event in events
        if event["type"] == "conversation.item.done"
    }


def test_made_up_item_is_retrieved_and_deleted_without_the_server() -> None:
    session = a_session()
    item_id = answered_call(session)["function_call_output"]["id"]
    since = len(session.reached_server)
    (retrieved,) = session.say("conversation.item.retrieve", item_id=item_id)
    (deleted,) = session.say("conversation.item.delete", item_id=item_id)
    (error,) = session.say("conversation.item.delete", item_id=item_id)
    assert retrieved["item"]["output"] == "18"
    assert (deleted["type"], deleted["item_id"]) == ("conversation.item.deleted", item_id)
    assert error["error"]["code"] == "item_delete_invalid_item_id"
    assert reached(session, since) == []


def test_made_up_speech_can_be_truncated() -> None:
    session = MadeUpSession()
    item_id = answered_call(session)["message"]["id"]
    (truncated,) = session.say(
        "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=300
    )
    assert truncated["type"] == "conversation.item.truncated"


def test_made_up_response_is_not_active_any_more_when_it_is_cancelled() -> None:
    session = a_session()
    response_id = one(session.make_call(), "response.done")["response"]["id"]
    (error,) = session.say("response.cancel", response_id=response_id)
    assert error["error"]["code"] == "response_cancel_not_active"
    assert session.marked()[-2][2] is Fate.DROPPED


def test_item_behind_a_made_up_one_goes_behind_the_nearest_real_one() -> None:
    session = a_session()
    last = session.desk.ledger.last_item_id
    made_up = answered_call(session)["message"]["id"]
    content = [{"type": "input_text", "text": "Zürich  😀"}]
    item = {"type": "message", "role": "user", "content": content}
    added = session.say("conversation.item.create", previous_item_id=made_up, item=item)[0]
    assert added["previous_item_id"] == last
    assert session.reached_server[-1]["item"] == item
    assert [each[2:] for each in session.marked() if each[2] is Fate.EDITED] == [
        (Fate.EDITED, "made-up call get_weather")
    ]


def test_item_behind_the_only_made_up_ones_comes_first() -> None:
    session = MadeUpSession()
    made_up = answered_call(session)["message"]["id"]
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    session.say("conversation.item.create", previous_item_id=made_up, item=item)
    assert "previous_item_id" not in session.reached_server[-1]
    session.say("conversation.item.create", previous_item_id=made_up, item=item)
    assert session.reached_server[-1]["previous_item_id"] == "root"


def test_response_over_made_up_items_is_not_for_the_server() -> None:
    session = a_session()
    made_up = answered_call(session)["message"]["id"]
    since = len(session.reached_server)
    request = {"conversation": "none", "input": [{"type": "item_reference", "id": made_up}]}
    done = session.say("response.create", response=request)[-1]
    assert done["response"]["status"] == "completed"
    assert reached(session, since) == []


def test_events_about_real_items_go_to_the_server() -> None:
    session = a_session()
    real = session.desk.ledger.last_item_id
    answered_call(session)
    since = len(session.reached_server)
    session.say("conversation.item.retrieve", item_id=real)
    session.say("response.cancel")
    session.say("input_audio_buffer.clear")
    assert reached(session, since) == [
        "conversation.item.retrieve",
        "response.cancel",
        "input_audio_buffer.clear",
    ]


# Other servers.


def test_xai_session_gets_a_call_as_xai_makes_it() -> None:
    session = MadeUpSession(upstream=XAI)
    # Both spellings in one session object are xAI's.
    voices = {"voice": "ara", "audio": {"output": {"format": {"type": "audio/pcm"}}}}
    session.hear({"type": "session.updated", "event_id": "event_x", "session": voices})
    events = session.make_call(answer=ANSWER)
    events += session.answer(call_id_of(events), "18")
    events += session.say("response.create")
    assert "conversation.item.done" not in types(events)
    assert all("previous_item_id" in event for event in events)
    assert events[-1]["response"]["status_details"] == "unimplemented"
    assert session.findings() == []


# Anything at all.


@pytest.mark.parametrize("upstream", [OPENAI, XAI])
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_no_event_of_an_app_makes_it_fail(junk: object, upstream: str) -> None:
    session = MadeUpSession(upstream=upstream)
    faults: list[str] = []
    session.made_up = MadeUp(MadeIds("test"), tell=faults.append)
    call_id = call_id_of(session.make_call())
    for event in _events_about(call_id, junk):
        payload = json.dumps(event).encode()
        seen = Seen.of(Event(1, session.now_s, Side.CLIENT, event["type"], payload))
        session.made_up.receive(seen, session.desk)
    assert faults == []
    assert session.made_up.is_active


def _events_about(made_up_id: str, junk: object) -> Iterator[Json]:
    """Events of each type that name something made up, with junk in one place or another."""
    for type_ in sorted(catalogue().types("ga", "client")):
        names = {"item_id": made_up_id, "response_id": made_up_id, "previous_item_id": made_up_id}
        event: Json = {**(catalogue().template(type_) or {}), **names, "type": type_}
        yield event
        for key in set(event) - {"type"}:
            yield event | {key: junk}
        item = {"type": "function_call_output", "call_id": made_up_id, "output": "18"}
        reference = {"type": "item_reference", "id": made_up_id}
        response = {"input": [reference], "metadata": {}, "output_modalities": ["text"]}
        for key in item:
            yield event | {"item": item | {key: junk}}
        for key in response:
            yield event | {"response": response | {key: junk}}
        yield event | {"response": {"input": [junk, reference, junk]}}
