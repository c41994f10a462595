"""The switch: a connection that turns out to be a Realtime session goes to the relay, byte for byte.

mitmproxy asks what protocol comes next whenever it has taken a layer off a connection: CONNECT, SOCKS,
TLS. When the next bytes are the head of a Realtime upgrade, they and all that follow are passed to the
door as they are. mitmproxy's own HTTP and WebSocket layers never see them.
"""

from collections.abc import Generator
from typing import Any, Final

from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.connection import Address, Client, Server
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import TCPLayer
from mitmproxy.proxy.mode_specs import ProxyMode, ReverseMode, UpstreamMode

from ..handover import DIRECTLY, Ticket
from ..realtime_hosts import RealtimeHosts
from ..wire.handshake import HandshakeError, Head, HeadReader, is_upgrade

type Commands = Generator[commands.Command, Any, None]

_METHOD: Final = b"GET "
"""What a WebSocket's handshake begins with (RFC 6455, section 4.1)."""


class Handover(TCPLayer):
    """Passes a connection to the door, with one header more in the first request.

    Args:
        context: The connection's.
        door: Where the door listens.
        line: The header's line.
    """

    def __init__(self, context: Context, door: Address, line: bytes) -> None:
        # No flow, so nothing is kept. The layers above go on with the server that they know.
        super().__init__(context.fork(), ignore=True)
        self.context.server = Server(address=door)
        self._line = line
        self._first_line = b""
        self._is_marked = False

    def relay_messages(self, event: events.Event) -> Commands:
        """See TCPLayer."""
        if isinstance(event, events.ConnectionEvent):
            if event.connection not in {self.context.client, self.context.server}:
                # The server that the client asked for was called too early, and hangs up.
                return
            if isinstance(event, events.DataReceived) and event.connection is self.context.client:
                marked = self._mark(event.data)
                if not marked:
                    return
                event = events.DataReceived(event.connection, marked)
        yield from super().relay_messages(event)

    def _mark(self, data: bytes) -> bytes:
        if self._is_marked:
            return data
        self._first_line += data
        first_line, end, rest = self._first_line.partition(b"\r\n")
        if not end:
            return b""
        self._is_marked = True
        return first_line + end + self._line + end + rest


class Crossing(NextLayer):
    """mitmproxy's own decision about the next layer, but for Realtime sessions.

    Args:
        hosts: Tells which they are.
        door: Where they go.
        secret: Makes a handover valid.
    """

    name = "nextlayer"
    """Takes the place of mitmproxy's addon of this name."""

    def __init__(self, hosts: RealtimeHosts, door: Address, secret: str) -> None:
        self._hosts = hosts
        self._door = door
        self._secret = secret

    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """See mitmproxy's hook of this name."""
        context = nextlayer.context
        data = nextlayer.data_client()
        if self._may_be_session(context, data) and not nextlayer.data_server():
            reader = HeadReader(is_request=True)
            try:
                found = reader.receive_data(data)
            except HandshakeError:
                found = None
            else:
                if found is None:
                    # The head is not whole: without a layer, mitmproxy asks again when more came.
                    return
            if found is not None and (ticket := self._ticket(context, found[0])) is not None:
                nextlayer.layer = Handover(context, self._door, ticket.line(self._secret))
                return
        super().next_layer(nextlayer)

    def _may_be_session(self, context: Context, data: bytes) -> bool:
        if isinstance(context.client.proxy_mode, ReverseMode) or context.server.address is None:
            # The door has looked at it already, or it is still a request to the proxy itself.
            return False
        start = data[: len(_METHOD)]
        return bool(start) and _METHOD.startswith(start)

    def _ticket(self, context: Context, request: Head) -> Ticket | None:
        if not is_upgrade(request):
            return None
        address = context.server.address
        assert address is not None
        return self.ticket(
            context.client,
            address,
            request.first_line.split(" ")[1],
            host_header=request.header("Host"),
            is_tls=context.client.tls,
        )

    def ticket(
        self,
        client: Client,
        address: Address,
        target: str,
        *,
        host_header: str | None,
        is_tls: bool,
    ) -> Ticket | None:
        """What the door has to know of an upgrade; None when it is no Realtime session.

        The server's name is the one in TLS, or the one that the proxy was asked for; `Host` tells it
        when an app was captured that knows addresses only.
        """
        host, port = address[:2]
        if (host, port) == self._door:
            return None
        for name in (client.sni, host, _without_port(host_header or "")):
            if name and self._hosts.is_session(name, port, target):
                shown = f"[{name}]" if ":" in name else name
                origin = f"{'wss' if is_tls else 'ws'}://{shown}:{port}"
                mode = client.proxy_mode
                return Ticket(f"mitm:{mode.type_name}", origin, _proxy_before(mode))
        return None


def _proxy_before(mode: ProxyMode) -> str:
    """The proxy that the person has to use to get out."""
    if not isinstance(mode, UpstreamMode):
        return DIRECTLY
    host, port = mode.address[:2]
    return f"{mode.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _without_port(host: str) -> str:
    """The name in a `Host` header."""
    name, colon, port = host.rpartition(":")
    is_split = bool(colon) and port.isdecimal() and not name.endswith(":")
    return (name if is_split else host).strip("[]")
