"""Notices captured apps that leave because they do not trust the authority."""

import re
from collections.abc import Callable
from typing import Final

from mitmproxy import tls
from mitmproxy.connection import Client
from mitmproxy.proxy import layer
from mitmproxy.proxy.context import Context

from ..capture import Departure

_DISTRUST: Final = re.compile(r"does not trust the proxy's certificate.*\((.*)\)$")
"""What mitmproxy makes of the alerts `unknown_ca`, `bad_certificate` and `certificate_unknown`."""

_GONE: Final = re.compile(r"disconnected during the handshake|^connection closed")


class Trust:
    """mitmproxy's hooks.

    Args:
        tell: Takes an app's departure.
        complain: Takes one line for people.
    """

    def __init__(self, tell: Callable[[Departure], None], complain: Callable[[str], None]) -> None:
        self._tell = tell
        self._complain = complain
        self._silent: dict[str, str] = {}
        """The servers that clients asked for of whom nothing came yet but TLS."""
        self._trusted: set[str] = set()
        """The servers to which some came through: there, others may only look whether they can."""

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """There is no TLS with the app."""
        error = data.conn.error or ""
        host, via = _host(data.context), _via(data.context.client)
        if (distrust := _DISTRUST.search(error)) is not None:
            self._tell(Departure(host, via, distrust[1].rpartition("alert ")[2]))
        elif _GONE.search(error):
            self._tell(Departure(host, via))
        else:
            self._complain(f"TLS with an app that asked for {host} failed: {error}")

    def tls_established_client(self, data: tls.TlsData) -> None:
        """Some, such as Node, judge the certificate only now, and leave without a word."""
        self._silent[data.context.client.id] = _host(data.context)

    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """The app speaks: it has judged."""
        client = nextlayer.context.client
        if client.tls_established and nextlayer.data_client():
            host = self._silent.pop(client.id, None)
            self._trusted |= {host} if host else set()

    def client_disconnected(self, client: Client) -> None:
        """The app has left."""
        host = self._silent.pop(client.id, None)
        if host is not None and host not in self._trusted:
            self._tell(Departure(host, _via(client)))


def _host(context: Context) -> str:
    """The server that the app asked for."""
    address = context.server.address
    return context.client.sni or (address[0] if address else "an unknown server")


def _via(client: Client) -> str:
    return f"mitm:{client.proxy_mode.type_name}"
