"""Requests of the app that the server refuses."""

from simulated_crossing import SimulatedCrossing

from realtap.proxy.injection.faults import parse_fault


def test_response_create_is_refused_in_the_server_s_words() -> None:
    crossing = SimulatedCrossing(parse_fault("active-response:after=1"))
    crossing.ask()
    first = crossing.wait_for("response.done")["response"]["id"]
    crossing.say("response.create", event_id="event_of_app")
    error = crossing.wait_for("error")["error"]
    assert error == {
        "type": "invalid_request_error",
        "code": "conversation_already_has_active_response",
        "message": (
            f"Conversation already has an active response in progress: {first}. "
            "Wait until the response is finished before creating a new one."
        ),
        "param": None,
        "event_id": "event_of_app",
    }


def test_refused_request_never_reaches_the_server() -> None:
    crossing = SimulatedCrossing(parse_fault("active-response"))
    crossing.ask()
    assert "response.create" not in crossing.to_server.types
    assert crossing.marks() == [
        ("response.create", "dropped", "fault active-response"),
        ("error", "fault", "fault active-response"),
    ]


def test_app_that_asks_again_is_heard() -> None:
    crossing = SimulatedCrossing(parse_fault("active-response"))
    crossing.ask()
    crossing.wait_for("error")
    crossing.say("response.create")
    assert crossing.wait_for("response.done")["response"]["status"] == "completed"


def test_response_beside_the_conversation_is_not_refused() -> None:
    """The server takes any number of these."""
    crossing = SimulatedCrossing(parse_fault("active-response"))
    crossing.say("response.create", response={"conversation": "none"})
    assert crossing.wait_for("response.done")["response"]["status"] == "completed"


def test_cancel_comes_when_the_response_is_over() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.ask()
    crossing.wait_for("response.output_audio.delta")
    crossing.say("response.cancel", event_id="cancel_of_app")
    assert crossing.wait_for("response.done")["response"]["status"] == "completed"
    error = crossing.wait_for("error")["error"]
    assert (error["code"], error["event_id"]) == ("response_cancel_not_active", "cancel_of_app")


def test_late_cancel_is_marked_twice() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.ask()
    crossing.say("response.cancel", event_id="cancel_of_app")
    crossing.wait_for("error")
    assert crossing.marks() == [
        ("response.cancel", "dropped", "fault late-cancel"),
        ("response.cancel", "fault", "fault late-cancel"),
    ]


def test_error_that_answers_a_cancel_without_an_id_has_none() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.ask()
    crossing.say("response.cancel")
    error = crossing.wait_for("error")["error"]
    assert (error["code"], error["event_id"]) == ("response_cancel_not_active", None)
    assert crossing.marks()[-1] == ("error", "edited", "fault late-cancel")


def test_response_create_behind_a_late_cancel_stays_behind_it() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.ask()
    crossing.say("response.cancel")
    crossing.say("response.create")
    assert crossing.wait_for("response.done")["response"]["status"] == "completed"
    assert crossing.wait_for("error")["error"]["code"] == "response_cancel_not_active"
    assert crossing.wait_for("response.done")["response"]["status"] == "completed"
    assert crossing.to_server.types[-2:] == ["response.cancel", "response.create"]


def test_audio_does_not_wait_for_a_late_cancel() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.ask()
    crossing.say("response.cancel")
    crossing.say("input_audio_buffer.append", audio="AAAA")
    assert crossing.to_server.types[-1] == "input_audio_buffer.append"


def test_cancel_of_nothing_is_answered_by_the_server_itself() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.say("response.cancel")
    assert crossing.wait_for("error")["error"]["code"] == "response_cancel_not_active"
    assert crossing.marks() == []


def test_cancel_of_another_response_is_not_meant() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.ask()
    crossing.say("response.cancel", response_id="resp_of_yesterday")
    assert crossing.to_server.types[-1] == "response.cancel"
    assert crossing.marks() == []


def test_cancel_is_not_lost_when_the_fault_is_switched_off() -> None:
    crossing = SimulatedCrossing(parse_fault("late-cancel"))
    crossing.ask()
    crossing.wait_for("response.output_audio.delta")
    crossing.say("response.cancel")
    crossing.stop()
    assert crossing.wait_for("response.done")["response"]["status"] == "cancelled"
