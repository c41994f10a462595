"""What is no part of the real conversation: what realtap says in the server's name, and what the app
says that realtap keeps from the server.

It makes a conversation of its own, beside the real one: so a made-up call has its output, its
`response.create` and its answer as any other, and nothing of it is taken for the server's.
"""

from typing import TYPE_CHECKING

from ..plain import object_of
from .calls import Calls
from .errors_seen import error_seen
from .items import Items
from .responses import Responses
from .seen import Seen

if TYPE_CHECKING:
    from .conversation import Conversation

_KINDS = ("response.", "conversation.item.")
"""Beginnings of the kinds that are followed. Neither what is made up of the session and of the user's
audio is believed, nor what is kept back of them."""


class MadeUp:
    """Fed the events of `Route.MADE_UP`.

    Args:
        real: The conversation that it belongs to.
    """

    def __init__(self, real: "Conversation") -> None:
        self._real = real
        self._conversation: Conversation | None = None

    def receive(self, seen: Seen) -> None:
        """Take an event that is made up, or that was kept from the server."""
        if self._is_output_for_real_call(seen):
            return
        if seen.kind == "error":
            self._real.errors.append(error_seen(seen, self._beside().client_events))
        elif seen.kind.startswith(_KINDS) and "transcription" not in seen.kind:
            self._beside().take(seen)

    def _is_output_for_real_call(self, seen: Seen) -> bool:
        """Whether it is an output of the app, kept back because realtap answers the call itself."""
        item = object_of(seen.fields.get("item")) if seen.is_from_client else {}
        is_output = item.get("type") == "function_call_output"
        return is_output and self._real.calls.receive_dropped_output(item, seen)

    def _beside(self) -> "Conversation":
        if self._conversation is None:
            real = self._real
            made = type(real)(real.header, keep=real.keep, profile=real.profile)
            made.session = real.session
            made.items = real.items.made_up = Items(real.keep, are_made_up=True)
            made.responses = real.responses.made_up = Responses(real.keep, are_made_up=True)
            made.calls = real.calls.made_up = Calls(real.keep, are_made_up=True)
            self._conversation = made
        return self._conversation
