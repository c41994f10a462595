"""Whose is a `response.create`: the real server's, or does it follow the output of a made-up call?

The event does not say what it is for. An app sends one after the outputs that it has given, or one after
each; and if it has said anything real since its last one, the server must hear of it.
"""

from typing import Final

_MORE_S: Final = 2.0
"""An app that asks once for each output does so within this time."""


class Creates[Call]:
    """Fed what the app says, in its order."""

    def __init__(self) -> None:
        self.outputs: list[Call] = []
        """The made-up calls of the outputs that no create has followed yet."""
        self._more: list[Call] = []
        """The calls of a create that was for several outputs: there may come one for each."""
        self._more_until_s = 0.0
        self._has_real_turn = False

    def receive_made_up_output(self, call: Call) -> None:
        """The app has given an output for a made-up call."""
        self.outputs.append(call)

    def receive_real_turn(self) -> None:
        """The app has said something that the real model is to answer."""
        self._has_real_turn = True

    def receive_real_response(self) -> None:
        """The real model answers what was said so far."""
        self._has_real_turn = False

    def take(self, at: float) -> list[Call]:
        """A `response.create` at a time: the made-up calls that it is for; none when it is the server's."""
        if self._has_real_turn:
            self._has_real_turn = False
            self.outputs, self._more = [], []
            return []
        if self.outputs:
            calls, self.outputs = self.outputs, []
            self._more, self._more_until_s = calls[1:], at + _MORE_S
            return calls
        if self._more and at <= self._more_until_s:
            return [self._more.pop()]
        self._more = []
        return []
