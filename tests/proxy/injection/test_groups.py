"""The calls of one response as a whole."""

from interposed import SLOW, Interposed, asked

from realtap.proxy.injection.groups import Ask, Group
from realtap.recordings.conversation import Call
from realtap.recordings.event import Origin


def group_of(wire: Interposed) -> tuple[Group, list[Call]]:
    """The group of the last response that made calls, and its calls."""
    calls = wire.director.ledger.conversation.calls.all()
    return Group(calls[-1].response_id), calls


def texts(wire: Interposed, group: Group) -> list[str]:
    """What the group waits for."""
    return [wait.text for wait in group.waits(wire.director.ledger)]


def test_group_waits_for_the_outputs_of_all_its_calls() -> None:
    wire = asked()
    group, calls = group_of(wire)
    assert texts(wire, group) == [f"the output of {call.call_id} ({call.name})" for call in calls]
    assert not group.is_complete(wire.director.ledger)


def test_group_waits_for_the_end_of_its_response() -> None:
    wire = asked("slow", pace=SLOW, seconds=0.3)
    response = wire.director.ledger.conversation.responses.active[0]
    assert texts(wire, Group(response.id))[0] == f"response.done of {response.id}"


def test_group_is_in_when_the_server_has_acknowledged_its_outputs() -> None:
    wire = asked(delay=lambda: 0.1)
    group, calls = group_of(wire.run(3))
    for call in calls:
        wire.answer_call(call.call_id)
    wire.run(0.1)
    assert group.is_complete(wire.director.ledger)
    assert not group.is_in(wire.director.ledger)
    assert texts(wire, group)[0].startswith("the server's word that it has the output of ")
    assert group.is_in(wire.run().director.ledger)


def test_call_that_was_cut_off_is_no_member() -> None:
    wire = asked()
    group, calls = group_of(wire)
    calls[0].status = "incomplete"
    assert group.members(wire.director.ledger) == [calls[1]]


def test_call_that_the_response_never_finished_is_no_member() -> None:
    wire = asked()
    group, calls = group_of(wire)
    calls[0].status, calls[0].arguments_seq = "in_progress", None
    assert group.members(wire.director.ledger) == [calls[1]]


def test_group_of_which_nothing_is_left_is_over() -> None:
    wire = asked()
    group, calls = group_of(wire)
    assert not group.is_over(wire.director.ledger)
    for call in calls:
        call.status = "incomplete"
    assert group.is_over(wire.director.ledger)


def test_group_is_open_until_it_is_asked_for() -> None:
    group = Group("resp_1", wants_response=True)
    group.ask = Ask({}, b"{}", "event_1", Origin.MOCK, "mock", 0.0)
    assert group.is_open
    group.ask.sent_at = 1.0
    assert not group.is_open
