"""What mitmproxy does with the requests that are no sessions: it passes them on, and keeps nothing.

Bodies are streamed both ways. Only the beginnings of the bodies of requests about Realtime are looked
at, to tell the proxy what was asked and answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mitmproxy import http, tcp, tls
from mitmproxy.connection import Connection
from mitmproxy.net import encoding, server_spec
from mitmproxy.proxy import server_hooks
from mitmproxy.proxy.mode_specs import ReverseMode

from ..capture import RestCall
from ..handover import HEADER, OWN_UPSTREAM, Ticket
from ..realtime_hosts import is_call
from .messages import Orders

OWN_PATH: Final = "/_realtap"

KEPT_BODY_BYTES: Final = 64 * 1024
"""So much of a body is told; a session's configuration is a few kB, an SDP offer 2 kB."""

_TAKEN: Final = "realtap"
"""Where a flow's metadata holds what was taken of its bodies."""


@dataclass(slots=True)
class _Taken:
    """The beginnings of a request's and an answer's bodies."""

    request: bytearray = field(default_factory=bytearray)
    response: bytearray = field(default_factory=bytearray)


class Passing:
    """mitmproxy's hooks.

    Args:
        orders: What the proxy wants.
        is_realtime: Whether a host and port are those of a Realtime server.
        ticket: Tells whether an upgrade is a session: see `Crossing.ticket`.
        tell: Takes what was asked and answered.
        complain: Takes one line for people.
    """

    def __init__(
        self,
        orders: Orders,
        is_realtime: Callable[[str, int], bool],
        ticket: Callable[[http.HTTPFlow], Ticket | None],
        tell: Callable[[RestCall], None],
        complain: Callable[[str], None],
    ) -> None:
        self._orders = orders
        self._is_realtime = is_realtime
        self._ticket = ticket
        self._tell = tell
        self._complain = complain
        self.through = server_spec.parse(orders.through, "http") if orders.through else None
        """The proxy before the server that requests at the door go to."""

    # Connections.

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Do not call a Realtime server before it is known whether the relay will."""
        if self._is_realtime(flow.request.host, flow.request.port):
            flow.response = http.Response(
                flow.request.data.http_version,
                200,
                b"Connection established",
                http.Headers(),
                b"",
                None,
                flow.request.timestamp_start,
                flow.request.timestamp_start,
            )

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Open the client's TLS first: whom it calls is the relay's to dial."""
        data.establish_server_tls_first = False

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """Keep nothing of a connection that is passed on."""
        # The layer has the message that it sends; the list is only for those who look at flows.
        flow.messages.clear()

    def http_connect_upstream(self, flow: http.HTTPFlow) -> None:
        """Tell the proxy on the way who asks. In upstream mode that is for mitmproxy to know."""
        authorization = self._orders.through_authorization
        if authorization and isinstance(flow.client_conn.proxy_mode, ReverseMode):
            flow.request.headers["Proxy-Authorization"] = authorization

    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Say that the upstream of plain requests cannot be reached."""
        # When the client has left meanwhile, nothing is wrong with the upstream.
        if isinstance(data.client.proxy_mode, ReverseMode) and data.client.connected:
            self._complain(f"upstream {_place(data.server)}: {data.server.error}")

    def tls_failed_server(self, data: tls.TlsData) -> None:
        """Say that no TLS could be had with the upstream of plain requests."""
        if isinstance(data.context.client.proxy_mode, ReverseMode):
            self._complain(f"upstream {_place(data.conn)}: {data.conn.error}")

    # Requests and answers.

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Stream the body; send a session to the door; say no to what is realtap's own."""
        flow.request.stream = True
        is_at_door = isinstance(flow.client_conn.proxy_mode, ReverseMode)
        if is_at_door and _is_own(flow.request.path):
            # This connection cannot be given back (RFC 9110, section 15.5.20).
            flow.response = http.Response.make(421, b"", {"Connection": "close"})
            return
        if flow.request.headers.get("Upgrade", "").lower() == "websocket":
            ticket = Ticket("reverse", OWN_UPSTREAM) if is_at_door else self._ticket(flow)
            if ticket is not None:
                self._hand_over(flow, ticket)
                return
        if is_at_door:
            flow.server_conn.via = self.through
            self._put_prefix(flow.request)
        host, port = flow.request.host, flow.request.port
        if is_call(flow.request.method, flow.request.path) and (
            is_at_door or self._is_realtime(host, port)
        ):
            taken = flow.metadata[_TAKEN] = _Taken()
            flow.request.stream = _taking(taken.request)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream the body."""
        assert flow.response is not None
        taken = flow.metadata.get(_TAKEN)
        flow.response.stream = _taking(taken.response) if isinstance(taken, _Taken) else True

    def response(self, flow: http.HTTPFlow) -> None:
        """An answer is complete."""
        self._tell_call(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """There is no answer, or only the beginning of one."""
        self._tell_call(flow)

    # Private.

    def _hand_over(self, flow: http.HTTPFlow, ticket: Ticket) -> None:
        """Have the door answer: the second request of a connection is an upgrade."""
        request = flow.request
        headers = request.headers.copy()
        headers.pop(HEADER, None)
        headers.insert(0, HEADER, ticket.value(self._orders.secret))
        flow.server_conn.via = None
        request.host, request.port = self._orders.door_host, self._orders.door_port
        request.scheme = "http"
        # Setting the host has changed `Host`, which the client wrote for somebody else.
        request.headers = headers

    def _put_prefix(self, request: http.Request) -> None:
        prefix = self._orders.path_prefix
        path = request.path.partition("?")[0]
        if prefix and path != prefix and not path.startswith(f"{prefix}/"):
            request.path = prefix + request.path

    def _tell_call(self, flow: http.HTTPFlow) -> None:
        taken = flow.metadata.pop(_TAKEN, None)
        if isinstance(taken, _Taken):
            self._tell(_call(flow, taken))


def _call(flow: http.HTTPFlow, taken: _Taken) -> RestCall:
    request, response = flow.request, flow.response
    mode = flow.client_conn.proxy_mode
    ended = (response.timestamp_end if response else None) or request.timestamp_start
    return RestCall(
        method=request.method,
        path=request.path,
        origin=f"{request.scheme}://{request.host}:{request.port}",
        via="reverse" if isinstance(mode, ReverseMode) else f"mitm:{mode.type_name}",
        status=response.status_code if response else 0,
        elapsed_s=max(0.0, ended - request.timestamp_start),
        request_headers=_pairs(request.headers),
        response_headers=_pairs(response.headers) if response else (),
        request_body=_text(taken.request, request.headers),
        response_body=_text(taken.response, response.headers) if response else "",
        error=flow.error.msg if flow.error else "",
    )


def _taking(into: bytearray) -> Callable[[bytes], bytes]:
    """Pass a body's pieces on, and keep its beginning."""

    def take(data: bytes) -> bytes:
        into.extend(data[: KEPT_BODY_BYTES - len(into)])
        return data

    return take


def _pairs(headers: http.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers.items(multi=True))


def _text(body: bytearray, headers: http.Headers) -> str:
    name = headers.get("Content-Encoding")
    data = bytes(body)
    if name:
        try:
            decoded = encoding.decode(data, name)
        except ValueError:
            return ""
        data = decoded.encode() if isinstance(decoded, str) else decoded or b""
    # A few bytes may be many when they are unpacked.
    return data[:KEPT_BODY_BYTES].decode("utf-8", "replace")


def _is_own(target: str) -> bool:
    path = target.partition("?")[0]
    return path == OWN_PATH or path.startswith(f"{OWN_PATH}/")


def _place(connection: Connection) -> str:
    address = getattr(connection, "address", None) or connection.peername or ("unknown", 0)
    return f"{address[0]}:{address[1]}"
