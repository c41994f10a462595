"""The ways in to a proxy, so that a test of what must hold at every door is written once."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import pytest
from raw_peers import ANSWER, REQUEST, Peer, RawUpstream

from realtap.proxy.capture import Capture, CaptureMode
from realtap.proxy.tls import Authority, has_extra

PREFIX = "/eu"


class Way(StrEnum):
    """How a client reaches the upstream."""

    PLAIN = "plain"
    """The door's port."""
    TLS = "tls"
    """The same port, beginning with TLS."""
    PREFIX = "prefix"
    """The door's port, in front of an upstream with a path prefix."""
    CONNECT = "connect"
    """HTTP CONNECT through mitmproxy's regular mode."""

    @property
    def needs_extra(self) -> bool:
        return self in {Way.TLS, Way.CONNECT}


EVERY_DOOR = pytest.mark.parametrize("door", list(Way), indirect=True)


def need_extra() -> None:
    """Skip a test that mitmproxy has a part in."""
    if not has_extra():
        pytest.skip("mitmproxy is not installed")


class Listening(Protocol):
    """A proxy, in this process or another one."""

    @property
    def port(self) -> int: ...
    @property
    def modes(self) -> tuple[CaptureMode, ...]: ...


class Door:
    """One way in.

    Args:
        way: Which.
        confdir: mitmproxy's folder; its authority is there.
    """

    def __init__(self, way: Way, confdir: Path) -> None:
        self.way = way
        self.confdir = confdir
        self._targets: dict[int, str] = {}

    @property
    def via(self) -> str:
        """What a recording's header says of it."""
        return {Way.TLS: "tls", Way.CONNECT: "mitm:regular"}.get(self.way, "reverse")

    @property
    def prefix(self) -> str:
        """What comes before the client's path at the upstream."""
        return PREFIX if self.way is Way.PREFIX else ""

    @property
    def capture(self) -> Capture:
        """The proxy's options."""
        if self.way is Way.CONNECT:
            hosts = ("127.0.0.1", "localhost")
            return Capture(("regular@0",), realtime_hosts=hosts, confdir=self.confdir)
        return Capture(confdir=self.confdir)

    def led_to[P: Listening](self, proxy: P, upstream_url: str) -> P:
        """Remember where a proxy leads: who uses CONNECT has to say it."""
        self._targets[id(proxy)] = upstream_url
        return proxy

    def need_half_closed(self) -> None:
        """Skip a test of connections that are open one way only."""
        if self.way is Way.TLS:
            pytest.skip("asyncio's TLS has no half-closed connections")
        if self.way is Way.CONNECT:
            pytest.skip("mitmproxy closes what CONNECT has opened both ways at once")

    @property
    def break_seen(self) -> type[Exception]:
        """What a peer reads when the other one's connection was broken.

        mitmproxy does not tell a broken connection from one that has ended, and ends both in order.
        """
        return asyncio.IncompleteReadError if self.way is Way.CONNECT else ConnectionResetError

    @asynccontextmanager
    async def client(self, proxy: Listening) -> AsyncIterator[Peer]:
        """A connection that says its request next."""
        match self.way:
            case Way.TLS:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", proxy.port, ssl=self.trusting()
                )
            case Way.CONNECT:
                reader, writer = await self._tunnel(proxy)
            case _:
                reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        try:
            yield Peer(reader, writer)
        finally:
            writer.transport.abort()

    @asynccontextmanager
    async def session(
        self, proxy: Listening, upstream: RawUpstream
    ) -> AsyncIterator[tuple[Peer, Peer]]:
        """A client and its upstream connection, after the handshake."""
        async with self.client(proxy) as client:
            await client.send(REQUEST % b"127.0.0.1")
            server = await upstream.accept_session()
            await client.receive(len(ANSWER))
            yield client, server

    def connecting(self, proxy: Listening) -> dict[str, Any]:
        """What `websockets.connect` is given: the URI, and what else it takes to come in here."""
        path = "/v1/realtime?model=gpt-realtime"
        match self.way:
            case Way.TLS:
                return {"uri": f"wss://127.0.0.1:{proxy.port}{path}", "ssl": self.trusting()}
            case Way.CONNECT:
                [mode] = proxy.modes
                return {
                    "uri": self._targets[id(proxy)] + path,
                    "proxy": f"http://{mode.addresses[0]}",
                }
        return {"uri": f"ws://127.0.0.1:{proxy.port}{path}"}

    def trusting(self) -> ssl.SSLContext:
        """A client's TLS that trusts mitmproxy's authority, and nobody else."""
        return ssl.create_default_context(cafile=Authority(self.confdir).certificate)

    async def _tunnel(self, proxy: Listening) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        [mode] = proxy.modes
        host, _, port = mode.addresses[0].rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        target = urlsplit(self._targets[id(proxy)]).netloc
        writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        return reader, writer

    @classmethod
    def at(cls, way: Way, confdir: Path) -> Self:
        """The way in, or a skipped test where it cannot be had."""
        if way.needs_extra:
            need_extra()
        return cls(way, confdir)
