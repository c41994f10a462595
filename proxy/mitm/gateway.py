"""mitmproxy as realtap needs it: few addons, nothing kept, its words passed to the proxy."""

import asyncio
import ipaddress
import logging
import os
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
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
from mitmproxy.net.local_ip import get_local_ip, get_local_ip6
from mitmproxy.net.server_spec import ServerSpec
from mitmproxy.options import Options
from mitmproxy.proxy.mode_servers import ServerInstance, WireGuardServerInstance
from mitmproxy.proxy.mode_specs import DnsMode, ProxyMode, ReverseMode

from ..capture import CaptureMode, sparing
from ..handover import Ticket
from ..realtime_hosts import RealtimeHosts
from .crossing import Crossing
from .http1 import complete_http1
from .messages import Called, Failed, Left, Message, Orders, Ready, Said, line_of
from .passing import Passing
from .sturdy import Sturdy
from .trust import Trust

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


class _Connections:
    """Makes each connection sturdy, and lets plain requests at the door be answered by a 502.

    In the forward modes a server is called as soon as it is known, because some speak first. In reverse
    mode mitmproxy would do so, too, and hang up when the server cannot be reached.
    """

    def __init__(self, server: Proxyserver, reverse: str) -> None:
        self._server = server
        self._reverse = reverse

    def client_connected(self, client: Client) -> None:
        """See mitmproxy's hook of this name."""
        handler = self._server.connections.get(client.id)
        if handler is None:
            return
        context = handler.layer.context
        handler.layer = Sturdy(handler.layer)  # type: ignore[assignment]  # all that is asked of it
        if client.proxy_mode.full_spec == self._reverse:
            context.options = _Lazy(context.options)  # type: ignore[assignment]  # it is read only


class _Words(logging.Handler):
    """Passes mitmproxy's errors to people."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        # The first line says what is wrong; behind it may follow the stack of a library in Rust.
        text = record.getMessage().partition("\n")[0]
        if record.exc_info and record.exc_info[0]:
            # Not its message: that may quote what an app has sent.
            text += f" ({record.exc_info[0].__name__})"
        self._tell(Said(f"mitmproxy: {text}"))


async def serve(orders_from: BinaryIO, told_to: BinaryIO) -> None:
    """Read the orders, obey them until the input ends.

    Args:
        orders_from: Its first line are the orders.
        told_to: Takes the messages.
    """

    def tell(message: Message) -> None:
        told_to.write(line_of(message))
        told_to.flush()

    orders = msgspec.json.decode(orders_from.readline(), type=Orders)
    complete_http1()
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
        if self._is_own(self._passing.through):
            # An app's HTTPS_PROXY, set where realtap runs, too.
            self._passing.through = None
        await self._master.running()
        confdir = Path(self._orders.confdir)
        modes = [
            _told(written, self._server.servers[spec], confdir)
            for written, spec in self._specs.items()
        ]
        return Ready(self._port, tuple(modes))

    async def stop(self) -> None:
        """End all connections."""
        await self._master.done()

    def _is_own(self, proxy: ServerSpec | None) -> bool:
        places = [place for each in self._server.servers for place in each.listen_addrs]
        return proxy is not None and proxy[1] in {place[:2] for place in places}

    def _addons(self, tell: Callable[[Message], None]) -> list[object]:
        orders = self._orders
        hosts = RealtimeHosts(orders.realtime_hosts)

        def complain(text: str) -> None:
            tell(Said(text))

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

        self._passing = Passing(
            orders,
            hosts.has,
            ticket,
            tell=lambda call: tell(Called(call)),
            complain=complain,
        )
        return [
            Core(),
            DisableH2C(),
            self._server,
            _Connections(self._server, self._reverse),
            DnsResolver(),
            crossing,
            TlsConfig(),
            UpstreamAuth(),
            self._passing,
            Trust(lambda departure: tell(Left(departure)), complain),
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


def _told(written: str, instance: ServerInstance[ProxyMode], confdir: Path) -> CaptureMode:
    addresses = tuple(f"{host}:{port}" for host, port, *_ in instance.listen_addrs)
    hint = ""
    if isinstance(instance, WireGuardServerInstance):
        # Not shown: it has the device's private key in it.
        path = confdir / f"realtap-{instance.listen_addrs[0][1]}.conf"
        path.write_text(_device_configuration(instance), encoding="utf-8")
        hint = f"the device's configuration, with its key: {path}"
    return CaptureMode(written, addresses, hint)


def _device_configuration(instance: WireGuardServerInstance) -> str:
    """mitmproxy's, which names the address as it was typed: no device gets to port 0, or to 0.0.0.0."""
    host, port = instance.listen_addrs[0][:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = get_local_ip() or get_local_ip6() or host
    shown = f"[{host}]" if ":" in host else host
    return re.sub(
        r"^Endpoint = .*$",
        f"Endpoint = {shown}:{port}",
        instance.client_conf() or "",
        flags=re.MULTILINE,
    )


def _spec(mode: str, parent_pid: int) -> str:
    spec = sparing(mode, parent_pid)
    try:
        captures_none = isinstance(ProxyMode.parse(spec), ReverseMode | DnsMode)
    except ValueError as error:
        raise ValueError(
            f"--mode {mode} cannot be taken: {error}; mitmproxy has regular, socks5, upstream:URL, "
            "transparent, local:PROCESS and wireguard, each with @PORT or @HOST:PORT behind it"
        ) from error
    if captures_none:
        raise ValueError(
            f"--mode {mode} captures no app: for one that can be pointed at realtap, name its server "
            "with --upstream, and the place with --listen"
        )
    return spec


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _reason(error: Exception) -> str:
    # mitmproxy's words repeat themselves, and its advice about its own options is no help here.
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error).partition("\n")[0]
