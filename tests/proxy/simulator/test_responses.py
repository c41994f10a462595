"""Which responses may run: one in the conversation, any number beside it."""

from dialogue import WEATHER_TOOL, Dialogue, error_of, one, types

from realtap.proxy.simulator.pace import Pace

LONG_STORY = f'[[when]]\nsay = "{"A long story. " * 20}"'


def test_second_response_is_refused_and_names_the_active_one() -> None:
    dialogue = Dialogue()
    (created,) = dialogue.say("response.create")
    error = error_of(dialogue.say("response.create", event_id="too_early"))
    assert error["code"] == "conversation_already_has_active_response"
    assert created["response"]["id"] in error["message"]
    assert error["event_id"] == "too_early"
    assert types(dialogue.settle())[-2:] == ["response.done", "rate_limits.updated"]


def test_response_is_active_until_response_done() -> None:
    dialogue = Dialogue(pace=Pace())
    dialogue.configure(output_modalities=["text"])
    dialogue.say("response.create")
    while "response.output_item.done" not in types(dialogue.wait(0.005)):
        pass
    assert error_of(dialogue.say("response.create"))["code"] == (
        "conversation_already_has_active_response"
    )
    assert types(dialogue.wait(0.03)) == ["response.done"]
    assert types(dialogue.say("response.create")) == ["response.created"]


def test_cancelled_response_lists_only_what_was_announced() -> None:
    script = '[[when]]\ncalls = [{ call = "get_weather" }, { call = "get_weather" }]'
    for steps in range(1, 60):
        dialogue = Dialogue(script=script, pace=Pace())
        dialogue.configure(tools=[WEATHER_TOOL])
        events = dialogue.say("response.create") + dialogue.wait(steps * 0.005)
        events += dialogue.say("response.cancel")
        announced = [e["item"]["id"] for e in events if e["type"] == "response.output_item.added"]
        done = [e["response"] for e in events if e["type"] == "response.done"]
        assert [[item["id"] for item in each["output"]] for each in done] in ([announced], [])


def test_cancelled_response_closes_what_is_open() -> None:
    dialogue = Dialogue(script=LONG_STORY, pace=Pace())
    dialogue.write("Tell me")
    dialogue.say("response.create")
    dialogue.wait(1.0)
    events = dialogue.say("response.cancel")
    assert types(events) == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    response = one(events, "response.done")["response"]
    assert response["status"] == "cancelled"
    assert response["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert response["output"][0]["status"] == "incomplete"
    assert response["usage"]["output_tokens"] > 0
    assert types(dialogue.wait(60)) == ["rate_limits.updated"]


def test_cancelled_call_ends_with_the_arguments_so_far() -> None:
    dialogue = Dialogue(pace=Pace())
    dialogue.configure(tools=[WEATHER_TOOL])
    dialogue.write("Weather in Paris?")
    dialogue.say("response.create")
    dialogue.wait(0.25)
    events = dialogue.say("response.cancel")
    arguments = one(events, "response.function_call_arguments.done")["arguments"]
    assert 0 < len(arguments) < len('{\n  "city": "Paris"\n}')
    assert one(events, "response.output_item.done")["item"]["status"] == "incomplete"


def test_cancel_before_any_output_leaves_an_empty_response() -> None:
    dialogue = Dialogue()
    dialogue.say("response.create")
    done, _ = dialogue.say("response.cancel")
    assert done["response"]["output"] == []


def test_cancel_without_a_response_is_refused_harmlessly() -> None:
    dialogue = Dialogue()
    error = error_of(dialogue.say("response.cancel"))
    assert error["code"] == "response_cancel_not_active"
    assert error["message"] == "Cancellation failed: no active response found"
    (created,) = dialogue.say("response.create")
    dialogue.settle()
    response_id = created["response"]["id"]
    error = error_of(dialogue.say("response.cancel", response_id=response_id))
    assert error["code"] == "response_cancel_not_active"


def test_voice_of_a_request_is_fixed_after_the_assistant_has_spoken() -> None:
    dialogue = Dialogue()
    dialogue.ask("Hello")
    request = {"audio": {"output": {"voice": "cedar"}}}
    error = error_of(dialogue.say("response.create", response=request))
    assert error["code"] == "cannot_update_voice"


def test_out_of_band_response_stays_out_of_the_conversation() -> None:
    dialogue = Dialogue()
    request = {
        "conversation": "none",
        "metadata": {"topic": "classify"},
        "output_modalities": ["text"],
        "input": [],
    }
    events = [*dialogue.say("response.create", response=request), *dialogue.settle()]
    assert types(events) == [
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    response = one(events, "response.done")["response"]
    assert response["conversation_id"] is None
    assert response["metadata"] == {"topic": "classify"}
    item_id = response["output"][0]["id"]
    error = error_of(dialogue.say("conversation.item.retrieve", item_id=item_id))
    assert error["code"] == "item_retrieve_invalid_item_id"


def test_several_out_of_band_responses_run_beside_the_default_one() -> None:
    dialogue = Dialogue(pace=Pace())
    aside = {"conversation": "none", "output_modalities": ["text"]}
    events = [
        *dialogue.say("response.create"),
        *dialogue.say("response.create", response=aside),
        *dialogue.say("response.create", response=aside),
    ]
    assert types(events) == ["response.created"]
    assert len({event["response"]["id"] for event in events}) == 3
    done = [event for event in dialogue.wait(30) if event["type"] == "response.done"]
    assert len(done) == 3


def test_out_of_band_response_can_be_cancelled_by_its_id() -> None:
    dialogue = Dialogue()
    (created,) = dialogue.say("response.create", response={"conversation": "none"})
    response_id = created["response"]["id"]
    assert error_of(dialogue.say("response.cancel"))["code"] == "response_cancel_not_active"
    done, _ = dialogue.say("response.cancel", response_id=response_id)
    assert done["response"]["id"] == response_id


def test_input_replaces_the_context_and_may_refer_to_items() -> None:
    dialogue = Dialogue()
    dialogue.write("Remember the teapot", id="teapot")
    dialogue.write("Forget it")
    request = {
        "conversation": "none",
        "output_modalities": ["text"],
        "input": [{"type": "item_reference", "id": "teapot"}],
    }
    events = [*dialogue.say("response.create", response=request), *dialogue.settle()]
    assert "teapot" in one(events, "response.output_text.done")["text"]


def test_reference_to_an_unknown_item_is_refused() -> None:
    request = {"conversation": "none", "input": [{"type": "item_reference", "id": "nobody"}]}
    error = error_of(Dialogue().say("response.create", response=request))
    assert error["param"] == "response.input[0].id"


def test_output_in_the_input_needs_its_call_there() -> None:
    output = {"type": "function_call_output", "call_id": "c1", "output": "42"}
    call = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
    dialogue = Dialogue()
    error = error_of(dialogue.say("response.create", response={"input": [output]}))
    assert error["code"] == "invalid_tool_call_id"
    assert types(dialogue.say("response.create", response={"input": [call, output]})) == [
        "response.created"
    ]


def test_forced_tool_of_a_request_must_be_declared() -> None:
    request = {"tool_choice": {"type": "function", "name": "missing"}}
    error = error_of(Dialogue().say("response.create", response=request))
    assert error["param"] == "response.tool_choice"


def test_tools_of_a_request_are_in_force_for_it() -> None:
    dialogue = Dialogue()
    dialogue.write("Weather in Paris?")
    request = {"tools": [WEATHER_TOOL], "tool_choice": "required"}
    events = [*dialogue.say("response.create", response=request), *dialogue.settle()]
    assert one(events, "response.output_item.done")["item"]["name"] == "get_weather"


def test_rate_limits_tell_what_the_response_used() -> None:
    events = Dialogue().ask("Hello")
    (limit,) = one(events, "rate_limits.updated")["rate_limits"]
    used = one(events, "response.done")["response"]["usage"]["total_tokens"]
    assert limit["name"] == "tokens"
    assert limit["limit"] - limit["remaining"] == used
