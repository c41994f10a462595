"""A mock at work in one session: it takes calls, answers them in time, and drops what the app says.

Whether an answer is still wanted is asked when it is due, not foreseen: the call may have been answered
or cut off meanwhile.
"""

import traceback
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ....recordings.conversation import Seen
from ....recordings.conversation.bounded import BoundedDict
from ....recordings.event import Origin
from ....recordings.plain import cut, object_of
from ...schedule import Timer
from ..ledger import is_callable_back
from ..rule import Desk
from ..verdict import Verdict, drop
from .answers import Function
from .claims import claims_in
from .function_call import COMPLETING_KINDS, FunctionCall, completed_call
from .output_text import output_text

if TYPE_CHECKING:
    from .mock import Mock

_OUTPUT_KIND: Final = "conversation.item.create"
_TAKEN_KEPT: Final = 1000
"""Calls whose late outputs by the app are still known."""
_OURS: Final = Path(__file__).parents[2]
_ERROR_LIMIT: Final = 300
"""Characters of an exception's text."""


class _State(Enum):
    WAITING = auto()
    ANSWERED = auto()
    LEFT = auto()
    """The app answers it, or nobody does."""


@dataclass(slots=True)
class _Taken:
    """A call that the mock has taken."""

    call: FunctionCall
    count: int = 0
    """Which of the mock's answers it gets, from 1; 0: not known yet."""
    state: _State = _State.WAITING
    timer: Timer | None = None

    is_promised: bool = False
    """Whoever asks for a response waits for the mock's output."""

    def settle(self, state: _State) -> None:
        """Nothing more is to happen."""
        self.state = state
        if self.timer is not None:
            self.timer.cancel()


class MockRule:
    """A mock in one session."""

    kinds: Final = COMPLETING_KINDS | {_OUTPUT_KIND}

    def __init__(self, mock: "Mock") -> None:
        self._mock = mock
        self._taken: BoundedDict[str, _Taken] = BoundedDict(_TAKEN_KEPT)
        self._count = 0
        """Answers that were given out."""
        self._is_on = False

    @property
    def name(self) -> str:
        """`mock get_weather`."""
        return self._mock.name

    def start(self, desk: Desk) -> None:
        """Take also the calls that have been waiting: the mock may have been written for them.

        A moment later, when all mocks that are switched off at the same time have let go of theirs.
        """
        self._is_on = True
        desk.after(0, partial(self._take_waiting, desk))

    def stop(self, desk: Desk) -> None:
        """Forget what was planned. Calls that have no answer yet can be taken by others."""
        self._is_on = False
        claims = claims_in(desk)
        for call_id, taken in self._taken.items():
            if taken.state is not _State.ANSWERED and claims.get(call_id) is self:
                del claims[call_id]
            self._leave(taken, desk)

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        """A call is complete, or was cut off, or the app gives its output."""
        if seen.is_from_client:
            return self._receive_output(seen, desk)
        if object_of(seen.fields.get("item")).get("status") == "incomplete":
            if (taken := self._taken.get(seen.call_id)) is not None:
                self._leave(taken, desk)
        elif seen.kind in COMPLETING_KINDS and (call := completed_call(seen, desk.ledger)):
            self._consider(call, desk)
        return None

    def _receive_output(self, seen: Seen, desk: Desk) -> Verdict | None:
        if object_of(seen.fields.get("item")).get("type") != "function_call_output":
            return None
        taken = self._taken.get(seen.call_id)
        if taken is None or taken.state is _State.LEFT:
            return None
        if self._mock.is_instead or taken.state is _State.ANSWERED:
            return drop(f"{self.name} answers instead", stand_in=Origin.MOCK)
        self._leave(taken, desk)
        return None

    # Taking calls.

    def _take_waiting(self, desk: Desk) -> None:
        if self._is_on:
            for call in desk.ledger.pending_calls():
                self._consider(FunctionCall(call.call_id, call.name, call.arguments), desk)

    def _consider(self, call: FunctionCall, desk: Desk) -> None:
        claims = claims_in(desk)
        known = desk.ledger.call(call.call_id)
        if known is not None and not is_callable_back(known):
            return
        if call.call_id in claims or not self._mock.fits(call):
            return
        claims[call.call_id] = self
        taken = self._taken[call.call_id] = _Taken(call)
        if self._mock.is_instead:
            # Decided now, since from now on the app's output is dropped.
            self._choose(taken, desk)
        if taken.state is not _State.WAITING:
            return
        if self._mock.is_responding:
            # Somebody will answer: an app that has answered the other calls must not go ahead.
            taken.is_promised = True
            desk.claim(call.call_id, origin=Origin.MOCK, why=self.name)
        taken.timer = desk.after(self._mock.delay_s, partial(self._answer, taken, desk))

    def _choose(self, taken: _Taken, desk: Desk) -> None:
        """Which answer the call gets; none when the sequence is over."""
        if self._mock.gives_up_after_last and self._count >= len(self._mock.answers):
            self._leave(taken, desk)
            return
        self._count += 1
        taken.count = self._count

    def _leave(self, taken: _Taken, desk: Desk) -> None:
        """The mock has nothing more to do with a call, unless it has answered it."""
        if taken.state is _State.WAITING:
            taken.settle(_State.LEFT)
            if taken.is_promised:
                desk.disclaim(taken.call.call_id, why=self.name)

    # Answering.

    def _answer(self, taken: _Taken, desk: Desk) -> None:
        known = desk.ledger.call(taken.call.call_id)
        if known is not None and not known.is_pending:
            self._leave(taken, desk)
            return
        if not taken.count:
            self._choose(taken, desk)
        if taken.state is not _State.WAITING:
            return
        answers = self._mock.answers
        answer = answers[min(taken.count, len(answers)) - 1]
        if isinstance(answer, Function):
            self._run(answer, taken, desk)
            return
        try:
            output = answer.output(taken.call, taken.count)
        except ValueError as error:
            self._fail(error, taken, desk)
        else:
            self._give(output, taken, desk, why=self.name)

    def _run(self, function: Function, taken: _Taken, desk: Desk) -> None:
        limit_s = self._mock.time_limit_s
        late = TimeoutError(f"{function.written} gave nothing back within {limit_s:g} s")
        taken.timer = desk.after(limit_s, partial(self._fail, late, taken, desk))
        desk.run(
            partial(function.output, taken.call, taken.count),
            lambda result: self._receive_result(result, taken, desk),
        )

    def _receive_result(self, result: object, taken: _Taken, desk: Desk) -> None:
        if taken.state is not _State.WAITING:
            return
        if isinstance(result, str):
            self._give(result, taken, desk, why=self.name)
        elif isinstance(result, BaseException):
            self._fail(result, taken, desk)

    def _fail(self, error: BaseException, taken: _Taken, desk: Desk) -> None:
        """The call is answered all the same: the app's own output may be gone already."""
        told = cut(f"{type(error).__name__}: {error}", _ERROR_LIMIT)
        self._mock.report(
            f"{self.name} failed{_place(error)} at {taken.call.call_id}: {told}; "
            "the model was told of the error"
        )
        output = output_text({"error": told})
        self._give(output, taken, desk, why=f"{self.name} failed: {told}")

    def _give(self, output: str, taken: _Taken, desk: Desk, *, why: str) -> None:
        taken.settle(_State.ANSWERED)
        desk.answer(
            taken.call.call_id,
            output,
            origin=Origin.MOCK,
            why=why,
            respond=self._mock.is_responding,
        )


def _place(error: BaseException) -> str:
    """Where a user's function raised it; nothing for an error of our own."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or Path(frames[-1].filename).is_relative_to(_OURS):
        return ""
    return f" in {Path(frames[-1].filename).name} line {frames[-1].lineno}"
