"""What the app's next request is for."""

from interposed import Interposed, asked

from realtap.proxy.injection.app_side import BELATED_S, AppSide
from realtap.proxy.injection.groups import Group
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event


def side_of(wire: Interposed) -> tuple[AppSide, dict[str, Group]]:
    """The app's side of what was said, with the group of its calls as one of ours."""
    app = AppSide(wire.director.ledger)
    for each in wire.passages:
        if each.side == "client":
            event = Event(each.seq, each.at, each.side, each.event["type"], each.payload)
            app.take(Seen.of(event), is_dropped=False)
    key = wire.director.ledger.conversation.calls.all()[0].response_id
    return app, {key: Group(key, wants_response=True)}


def test_request_is_for_the_group_that_the_app_has_answered() -> None:
    wire = asked()
    app, known = side_of(wire)
    assert not app.groups(known)
    wire.answer_call(wire.call_id(0))
    app, known = side_of(wire.run())
    assert app.groups(known) == list(known.values())
    assert [group.key for group in app.read_groups()] == list(known)


def test_request_is_for_nothing_once_it_was_made() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    wire.app_says("response.create")
    app, known = side_of(wire.run())
    assert not app.groups(known)


def test_out_of_band_request_leaves_the_outputs_waiting() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    wire.app_says("response.create", response={"conversation": "none"})
    app, known = side_of(wire.run())
    assert app.groups(known)


def test_request_is_for_what_the_app_wrote_afterwards_too() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    wire.run(0.1)
    before = wire.now
    wire.run(0.1).write("And now?")
    app, _ = side_of(wire.run())
    assert app.has_written_since(before)
    assert not app.has_written_since(wire.now)
    assert not app.read_groups()


def test_request_long_after_an_answered_group_means_something_else() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    app, known = side_of(wire.run())
    for group in known.values():
        group.answered_by = "resp_1"
    assert app.groups(known)
    wire.run(BELATED_S)
    assert not app.groups(known)
