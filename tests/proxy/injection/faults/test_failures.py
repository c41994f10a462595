"""Responses that fail, and rate limits that are used up."""

from simulated_crossing import SimulatedCrossing

from realtap.proxy.injection.faults import parse_fault
from realtap.proxy.injection.ids import is_made_up
from realtap.proxy.simulator.dialect import Dialect
from realtap.recordings.event import Json

CALLING = '[[when]]\ncall = "get_weather"\narguments = { city = "Paris" }\n'


def _done(crossing: SimulatedCrossing) -> Json:
    response: Json = crossing.wait_for("response.done")["response"]
    return response


def test_response_fails_before_it_says_anything() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed"))
    crossing.ask()
    done = _done(crossing)
    assert (done["status"], done["output"]) == ("failed", [])
    assert done["status_details"] == {
        "type": "failed",
        "error": {
            "type": "server_error",
            "code": "server_error",
            "message": "The server had an error while processing your request. Sorry about that!",
        },
    }
    assert crossing.to_client.types[-2:] == ["response.created", "response.done"]


def test_real_response_is_cancelled_and_its_end_is_marked_as_edited() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed"))
    crossing.ask()
    _done(crossing)
    assert crossing.to_server.types[-1] == "response.cancel"
    assert crossing.marks() == [
        ("response.cancel", "fault", "fault response-failed"),
        ("response.done", "edited", "fault response-failed"),
    ]
    assert crossing.recorded[-1].fields()["response"]["status"] == "cancelled"


def test_failed_response_keeps_the_shape_of_the_server_s_own() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed"))
    crossing.ask()
    done = _done(crossing)
    original = crossing.recorded[-1].fields()["response"]
    assert list(done) == list(original)
    assert (done["id"], done["usage"]) == (original["id"], original["usage"])


def test_app_can_ask_again_as_soon_as_the_response_has_failed() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed:code=server_error"))
    crossing.ask()
    assert _done(crossing)["status"] == "failed"
    crossing.say("response.create")
    assert _done(crossing)["status"] == "completed"
    assert "error" not in crossing.to_client.types


def test_code_and_message_are_as_told() -> None:
    text = 'response-failed:code=insufficient_quota,message="No credit, sorry"'
    crossing = SimulatedCrossing(parse_fault(text))
    crossing.ask()
    error = _done(crossing)["status_details"]["error"]
    assert error == {
        "type": "insufficient_quota",
        "code": "insufficient_quota",
        "message": "No credit, sorry",
    }


def test_response_that_fails_in_its_middle_keeps_what_it_said() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed:at=middle"))
    crossing.ask()
    done = _done(crossing)
    assert done["status"] == "failed"
    assert done["output"][0]["status"] == "incomplete"
    assert "response.output_audio_transcript.delta" in crossing.to_client.types
    assert "dropped" not in [mark for _, mark, _ in crossing.marks()]


def test_running_response_fails_when_the_fault_is_switched_on() -> None:
    crossing = SimulatedCrossing()
    crossing.ask()
    crossing.wait_for("response.output_audio.delta")
    rule = parse_fault("response-failed").make()
    crossing.rules.append(rule)
    rule.start(crossing.desk)
    crossing.wait(0)
    assert _done(crossing)["status"] == "failed"
    crossing.say("response.create")
    assert _done(crossing)["status"] == "completed"


def test_first_responses_are_let_by() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed:after=1,times=2"))
    crossing.ask()
    statuses = [_done(crossing)["status"]]
    for _ in range(3):
        crossing.say("response.create")
        statuses.append(_done(crossing)["status"])
    assert statuses == ["completed", "failed", "failed", "completed"]


def test_nothing_is_deleted_at_a_server_that_is_cancelled_in_time() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed"), script=CALLING)
    crossing.ask("What is the weather?")
    crossing.wait(2)
    assert "conversation.item.delete" not in crossing.to_server.types
    assert "get_weather" not in str(crossing.to_client.arrived)


def test_error_that_answers_our_cancel_is_kept_from_the_app() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed"))
    response = {"id": "resp_1", "status": "in_progress", "output": []}
    crossing.server_says({"type": "response.created", "response": response})
    cancel = crossing.to_server.events[-1]
    assert cancel["response_id"] == "resp_1"
    assert is_made_up(cancel["event_id"])
    error = {"code": "response_cancel_not_active", "event_id": cancel["event_id"]}
    crossing.server_says({"type": "error", "error": error})
    assert crossing.marks()[-1] == ("error", "dropped", "fault response-failed")


def test_output_that_came_before_the_cancel_is_kept_from_the_app_and_deleted() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed"))
    item = {"id": "item_1", "type": "function_call", "call_id": "call_1", "name": "get_weather"}
    response = {"id": "resp_1", "status": "in_progress", "output": []}
    said: list[Json] = [
        {"type": "response.created", "response": response},
        {"type": "response.output_item.added", "response_id": "resp_1", "item": item},
        {"type": "conversation.item.added", "previous_item_id": None, "item": item},
        {"type": "response.output_item.done", "response_id": "resp_1", "item": item},
        {"type": "response.done", "response": response | {"output": [item]}},
    ]
    before = len(crossing.to_client.arrived)
    crossing.server_says(*said)
    assert crossing.to_client.types[before:] == ["response.created", "response.done"]
    delete = crossing.to_server.events[-1]
    assert (delete["type"], delete["item_id"]) == ("conversation.item.delete", "item_1")
    crossing.server_says({"type": "conversation.item.deleted", "item_id": "item_1"})
    assert crossing.to_client.types[-1] == "response.done"


def test_beta_session_fails_in_beta_s_words() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed:at=middle"), dialect=Dialect.BETA)
    crossing.ask()
    done = _done(crossing)
    assert (done["status"], done["modalities"]) == ("failed", ["audio", "text"])
    assert done["status_details"]["error"]["code"] == "server_error"


def test_xai_says_the_code_as_a_bare_word() -> None:
    crossing = SimulatedCrossing(parse_fault("response-failed"))
    xai = {"id": "r", "status": "in_progress", "status_details": "", "output": []}
    crossing.server_says({"type": "ping", "timestamp": 1})
    crossing.server_says({"type": "response.created", "response": xai})
    crossing.server_says({"type": "response.done", "response": xai | {"status": "cancelled"}})
    assert crossing.to_client.events[-1]["response"]["status_details"] == "server_error"


# The rate limit.


def test_rate_limit_is_told_in_the_response_and_behind_it() -> None:
    crossing = SimulatedCrossing(parse_fault("rate-limit:reset_s=12.5"))
    crossing.ask()
    done = _done(crossing)
    assert done["status_details"]["error"]["code"] == "rate_limit_exceeded"
    crossing.wait(1)
    (limits,) = [
        event for event in crossing.to_client.events if event["type"] == "rate_limits.updated"
    ]
    assert limits["rate_limits"][0]["remaining"] == 0
    assert limits["rate_limits"][0]["reset_seconds"] == 12.5
    assert ("rate_limits.updated", "fault", "fault rate-limit") in crossing.marks()
    assert ("rate_limits.updated", "dropped", "fault rate-limit") in crossing.marks()


def test_rate_limit_has_the_server_s_own_limits_once_they_are_known() -> None:
    crossing = SimulatedCrossing(parse_fault("rate-limit:after=1"))
    crossing.ask()
    real = crossing.wait_for("rate_limits.updated")["rate_limits"]
    crossing.say("response.create")
    told = crossing.wait_for("rate_limits.updated")["rate_limits"]
    assert told == [{**real[0], "remaining": 0, "reset_seconds": 20.0}]


def test_limits_of_the_next_response_are_the_server_s_again() -> None:
    crossing = SimulatedCrossing(parse_fault("rate-limit"))
    crossing.ask()
    assert crossing.wait_for("rate_limits.updated")["rate_limits"][0]["remaining"] == 0
    crossing.wait(1)
    crossing.say("response.create")
    assert crossing.wait_for("rate_limits.updated")["rate_limits"][0]["remaining"] > 0
