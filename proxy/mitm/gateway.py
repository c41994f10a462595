"""mitmproxy as realtap needs it: few addons, nothing kept, its words passed to the proxy."""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

import msgspec
from mitmproxy import exceptions, http
from mitmproxy.addons.core import Core
from mitmproxy.addons.disable_h2c import DisableH2C
from mitmproxy.addons.dns_resolver import DnsResolver
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.addons.upstream_auth import UpstreamAuth
from mitmproxy.connection import Client
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy.mode_servers import ServerInstance, WireGuardServerInstance
from mitmproxy.proxy.mode_specs import ProxyMode

from ..capture import CaptureMode, sparing
from ..handover import Ticket
from ..realtime_hosts import RealtimeHosts
from .crossing import Crossing
from .messages import Called, Failed, Message, Orders, Ready, Said
from .passing import Passing

_LOOPBACK: Final = "127.0.0.1"

_NEVER_S: Final = 10 * 365 * 24 * 3600
"""mitmproxy cuts a connection that is silent for so long; a session may be, for as long as it likes."""


class _Lazy:
    """A connection's options, with which mitmproxy calls a server only when there is a request."""

    connection_strategy = "lazy"

    def __init__(self, options: Options) -> None:
        self._options = options

    def __getattr__(self, name: str) -> object:
        return getattr(self._options, name)


class _Reverse:
    """Answers a request whose server cannot be reached, where mitmproxy would hang up.

    In the forward modes a server is called as soon as it is known, because some speak first.
    """

    def __init__(self, server: Proxyserver, spec: str) -> None:
        self._server = server
        self._spec = spec

    def client_connected(self, client: Client) -> None:
        """See mitmproxy's hook of this name."""
        if client.proxy_mode.full_spec == self._spec:
            context = self._server.connections[client.id].layer.context
            context.options = _Lazy(context.options)  # type: ignore[assignment]  # it is read only


class _Words(logging.Handler):
    """Passes mitmproxy's errors to people."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        # The first line says what is wrong; behind it may follow the stack of a library in Rust.
        self._tell(Said(f"mitmproxy: {record.getMessage().partition('\n')[0]}"))


async def serve(orders_from: BinaryIO, told_to: BinaryIO) -> None:
    """Read the orders, obey them until the input ends.

    Args:
        orders_from: Its first line are the orders.
        told_to: Takes the messages.
    """
    encoder = msgspec.json.Encoder()

    def tell(message: Message) -> None:
        told_to.write(encoder.encode(message) + b"\n")
        told_to.flush()

    orders = msgspec.json.decode(orders_from.readline(), type=Orders)
    try:
        gateway = Gateway(orders, tell)
        tell(await gateway.start())
        # Not asyncio's words: a client that leaves early is no fault of anybody.
        logging.getLogger("mitmproxy").addHandler(_Words(tell))
    except (exceptions.OptionsError, ValueError) as error:
        tell(Failed(str(error), is_usage=True))
        return
    except OSError as error:
        tell(Failed(str(error)))
        return
    await asyncio.to_thread(orders_from.read)
    await gateway.stop()


class Gateway:
    """A mitmproxy that obeys.

    Args:
        orders: What it does.
        tell: Takes what the proxy should know.

    Raises:
        ValueError: A mode is none.
    """

    def __init__(self, orders: Orders, tell: Callable[[Message], None]) -> None:
        self._orders = orders
        self._specs = {each: _spec(each, orders.parent_pid) for each in orders.modes}
        """The modes as the person wrote them, and as mitmproxy gets them."""
        # A port that is named, because mitmproxy takes two modes at port 0 for one place.
        self._port = _free_port()
        self._reverse = f"reverse:{orders.reverse}@{_LOOPBACK}:{self._port}"
        self._server = Proxyserver()
        self._master = _master(
            orders,
            [self._reverse, *self._specs.values()],
            self._addons(tell),
        )

    async def start(self) -> Ready:
        """Listen.

        Raises:
            OSError: A mode cannot be started.
        """
        await self._server.setup_servers()
        for written, spec in {**self._specs, self._reverse: self._reverse}.items():
            error = self._server.servers[spec].last_exception
            if error is not None:
                raise OSError(f"--mode {written} cannot be started: {_reason(error)}")
        await self._master.running()
        modes = [
            _told(written, self._server.servers[spec]) for written, spec in self._specs.items()
        ]
        return Ready(self._port, tuple(modes))

    async def stop(self) -> None:
        """End all connections."""
        await self._master.done()

    def _addons(self, tell: Callable[[Message], None]) -> list[object]:
        orders = self._orders
        hosts = RealtimeHosts(orders.realtime_hosts)
        crossing = Crossing(hosts, (orders.door_host, orders.door_port), orders.secret)

        def ticket(flow: http.HTTPFlow) -> Ticket | None:
            request = flow.request
            return crossing.ticket(
                flow.client_conn,
                (request.host, request.port),
                request.path,
                host_header=request.host_header,
                is_tls=request.scheme == "https",
            )

        return [
            Core(),
            DisableH2C(),
            self._server,
            _Reverse(self._server, self._reverse),
            DnsResolver(),
            crossing,
            TlsConfig(),
            UpstreamAuth(),
            Passing(
                orders,
                hosts.has,
                ticket,
                tell=lambda call: tell(Called(call)),
                complain=lambda text: tell(Said(text)),
            ),
        ]


def _master(orders: Orders, modes: Sequence[str], addons: Sequence[object]) -> Master:
    options = Options(confdir=orders.confdir)
    master = Master(options)
    master.addons.add(*addons)
    hosts = RealtimeHosts(orders.realtime_hosts)
    paths = ssl.get_default_verify_paths()
    options.update(
        # Whose TLS is opened. All other connections are passed on as they are, without being looked at.
        allow_hosts=[*hosts.patterns, *(f"^{re.escape(each)}$" for each in orders.upstream_hosts)],
        listen_host=_LOOPBACK,
        mode=list(modes),
        # The same authorities that the relay trusts: SSL_CERT_FILE, or those of the system.
        ssl_verify_upstream_trusted_ca=paths.cafile,
        ssl_verify_upstream_trusted_confdir=paths.capath,
        tcp_timeout=_NEVER_S,
        websocket=False,
    )
    return master


def _told(written: str, instance: ServerInstance[ProxyMode]) -> CaptureMode:
    addresses = tuple(f"{host}:{port}" for host, port, *_ in instance.listen_addrs)
    hint = ""
    if isinstance(instance, WireGuardServerInstance):
        hint = instance.client_conf() or ""
    return CaptureMode(written, addresses, hint)


def _spec(mode: str, parent_pid: int) -> str:
    spec = sparing(mode, parent_pid)
    try:
        ProxyMode.parse(spec)
    except ValueError as error:
        raise ValueError(
            f"--mode {mode} cannot be taken: {error}; mitmproxy has regular, socks5, upstream:URL, "
            "transparent, local:PROCESS and wireguard, each with @PORT or @HOST:PORT behind it"
        ) from error
    return spec


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _reason(error: Exception) -> str:
    # mitmproxy's advice about its own options is no help here.
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.partition("\n")[0]
