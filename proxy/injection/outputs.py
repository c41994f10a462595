"""The outputs of functions as a client gives them, and whether a call can be given one."""

import difflib

from ...recordings.conversation import Call
from ...recordings.errors import InjectionError
from ...recordings.event import Json
from .ids import is_made_up
from .ledger import Ledger, is_callable_back, is_complete


def output_event(call: Call, output: str, *, event_id: str, ledger: Ledger) -> Json:
    """The `conversation.item.create` that gives a call its output.

    It is put behind the call where the server has shown that as an item of the conversation: the
    item of a response that still runs may not be there yet. The item gets no id of ours, so that
    servers which are particular about ids take it.
    """
    event: Json = {"event_id": event_id, "type": "conversation.item.create"}
    if ledger.has_item(call.item_id):
        event["previous_item_id"] = call.item_id
    item = {"type": "function_call_output", "call_id": call.call_id, "output": output}
    return {**event, "item": item}


def named_call(call: Call) -> str:
    """`call_2 (get_time)`."""
    return f"{call.call_id} ({call.name})" if call.name else call.call_id


def call_to_answer(ledger: Ledger, *, call_id: str, name: str) -> Call:
    """The pending call of this id, or the oldest one of this function.

    Raises:
        InjectionError: There is none; it lists the nearest that are pending.
    """
    if call_id:
        return _by_id(ledger, call_id)
    pending = ledger.pending_calls()
    if not name:
        if len(pending) == 1:
            return pending[0]
        raise _refusal("which call is meant is not said", "", ledger)
    for call in pending:
        if call.name == name:
            return call
    if ledger.calls_named(name):
        raise _refusal(f"no call of {name} is pending", name, ledger)
    raise _refusal(f"there is no call of {name}", name, ledger)


def _by_id(ledger: Ledger, call_id: str) -> Call:
    call = ledger.call(call_id)
    if call is None and is_made_up(call_id):
        raise InjectionError(
            f"call {call_id} was made up for the app: what the app answers is waited for, and the "
            "server knows nothing of it"
        )
    if call is None or call.is_mcp:
        raise _refusal(f"there is no call {call_id}", call_id, ledger)
    if call.is_pending and not is_callable_back(call):
        text = f"call {named_call(call)} is of a response outside of the conversation"
        raise _refusal(text, call_id, ledger)
    if call.is_pending and not is_complete(call):
        raise _refusal(f"call {named_call(call)} is still being made", call_id, ledger)
    if call.is_void:
        raise _refusal(f"call {named_call(call)} was cut off", call_id, ledger)
    if not call.is_pending:
        raise _refusal(f"call {named_call(call)} has its output already", call_id, ledger)
    return call


def _refusal(problem: str, wanted: str, ledger: Ledger) -> InjectionError:
    pending = _nearest(wanted, ledger.pending_calls())
    if not pending:
        return InjectionError(f"{problem}; no call is pending")
    told = ", ".join(_with_age(call, ledger.now) for call in pending)
    return InjectionError(f"{problem}; pending: {told}")


def _nearest(wanted: str, calls: list[Call]) -> list[Call]:
    """Those whose id or name looks most like what was wanted, at most five."""

    def likeness(call: Call) -> float:
        return max(
            difflib.SequenceMatcher(None, wanted, each).ratio()
            for each in (call.call_id, call.name)
        )

    return sorted(calls, key=likeness, reverse=True)[:5]


def _with_age(call: Call, now: float) -> str:
    return f"{named_call(call)} since {max(0.0, now - call.announced_at):.1f} s"
