"""What goes out: key order, errors with their close, silence after the close."""

from realtap.proxy.driver import Close
from realtap.proxy.simulator import faults
from realtap.proxy.simulator.ids import Ids
from realtap.proxy.simulator.outbox import Outbox


def test_event_has_type_and_id_first() -> None:
    outbox = Outbox(Ids("1"))
    outbox.send("x", b=1, a=2)
    (event,) = outbox.take()
    assert isinstance(event, dict)
    assert list(event) == ["type", "event_id", "b", "a"]
    assert outbox.take() == []


def test_delta_ends_with_its_obfuscation() -> None:
    outbox = Outbox(Ids("1"))
    outbox.send_delta("x", "Hello", item_id="i")
    (event,) = outbox.take()
    assert isinstance(event, dict)
    assert list(event) == ["type", "event_id", "item_id", "delta", "obfuscation"]


def test_fatal_fault_is_followed_by_its_close_and_nothing_else() -> None:
    outbox = Outbox(Ids("1"))
    outbox.fail(faults.missing_model())
    outbox.send("too.late")
    error, close = outbox.take()
    assert isinstance(error, dict)
    assert error["error"]["code"] == "missing_model"
    assert close == Close(4000, "invalid_request_error.missing_model")
    assert outbox.is_closed


def test_harmless_fault_closes_nothing() -> None:
    outbox = Outbox(Ids("1"))
    outbox.fail(faults.response_cancel_not_active(), "mine")
    (error,) = outbox.take()
    assert isinstance(error, dict)
    assert error["error"]["event_id"] == "mine"
    assert not outbox.is_closed


def test_hanging_up_is_abrupt() -> None:
    outbox = Outbox(Ids("1"))
    outbox.hang_up()
    assert outbox.take() == [Close(1006, "", is_abrupt=True)]
