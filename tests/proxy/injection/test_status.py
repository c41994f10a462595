"""A session's status can be written as JSON."""

import msgspec
from desk import seen_of
from interposed import asked

from realtap.proxy.injection.held import Held
from realtap.proxy.injection.status import HeldStatus, PendingCall, SessionStatus
from realtap.recordings.event import Side


def test_status_survives_json() -> None:
    wire = asked()
    wire.director.answer_call(name="get_time", output="noon")
    status = wire.run().director.status()
    assert msgspec.json.decode(msgspec.json.encode(status), type=SessionStatus) == status


def test_pending_call_is_told_with_its_arguments() -> None:
    call = asked().director.ledger.pending_calls()[0]
    told = PendingCall.of(call)
    assert (told.name, told.arguments, told.response_id) == (
        "get_time",
        "{}",
        call.response_id,
    )


def test_held_message_is_told_with_its_side() -> None:
    message = Held().hold(seen_of(Side.CLIENT, {"type": "a"}, seq=7, at=1.5), "breakpoint", 9.0)
    assert HeldStatus.of(message) == HeldStatus(7, Side.CLIENT, "a", 1.5, "breakpoint", 9.0)
