"""What becomes of a connection on which mitmproxy fails: it is closed, and its client need not wait."""

from collections.abc import Iterator

from mitmproxy.proxy.commands import CloseConnection, Command
from mitmproxy.proxy.events import Event
from mitmproxy.proxy.layer import Layer


class Sturdy:
    """A connection's layers.

    mitmproxy tells an error in them, and leaves the connection as it is.
    """

    def __init__(self, layers: Layer) -> None:
        self.context = layers.context
        self._layers = layers

    def handle_event(self, event: Event) -> Iterator[Command]:
        """See Layer."""
        try:
            yield from self._layers.handle_event(event)
        except Exception:
            yield CloseConnection(self.context.client)
            raise
