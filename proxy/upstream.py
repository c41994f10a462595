"""Where the sessions go: the server behind the proxy."""

import re
import ssl
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from ..recordings.errors import UsageError
from .http_proxy import HttpProxy

DEFAULT_UPSTREAM: Final = "openai"

_NAMED: Final = {"openai": "wss://api.openai.com", "xai": "wss://api.x.ai"}

_AZURE_RESOURCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
"""The rule for custom subdomain names of Azure resources."""

_SYNTAX: Final = "openai, azure:RESOURCE, xai, sim, or a URL like wss://host/prefix"


@dataclass(frozen=True)
class Upstream:
    """A Realtime server's address."""

    host: str
    port: int
    is_tls: bool
    path_prefix: str = ""
    """Put before the client's path, unless that begins with it already."""
    through: HttpProxy | None = None
    """Called through this proxy, whatever the environment names; None: see `dialing`."""

    @property
    def host_header(self) -> str:
        """The value of `Host`: with the port unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"

    @property
    def place(self) -> str:
        """Host and port, as `CONNECT` names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, for messages."""
        return f"{'wss' if self.is_tls else 'ws'}://{self.host_header}"

    def prefix_for(self, target: str) -> str:
        """What is put before a request's target.

        Somebody who pastes `wss://host/v1` and lets the app ask for `/v1/realtime` means one `/v1`.
        """
        path = target.partition("?")[0]
        is_there = path == self.path_prefix or path.startswith(self.path_prefix + "/")
        return "" if is_there else self.path_prefix

    def url(self, target: str) -> str:
        """The URL that is dialled for a request's target (path and query)."""
        return f"{self.origin}{self.prefix_for(target)}{target}"

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """How TLS is done: the system's authorities, or those of `SSL_CERT_FILE`."""
        return ssl.create_default_context() if self.is_tls else None


def parse_upstream(text: str) -> Upstream:
    """The upstream that a person names.

    Raises:
        UsageError: It is none of the names, and no `ws://` or `wss://` URL.
    """
    kind, _, resource = text.partition(":")
    if kind == "azure":
        if not _AZURE_RESOURCE.fullmatch(resource):
            raise UsageError(
                f"upstream {text!r} names no Azure resource: write azure:RESOURCE, "
                "where RESOURCE is the first part of RESOURCE.openai.azure.com"
            )
        text = f"wss://{resource}.openai.azure.com"
    return _parse_url(_NAMED.get(text, text))


def _parse_url(url: str) -> Upstream:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"upstream {url!r} is not a URL: {error}; expected {_SYNTAX}") from error
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise UsageError(f"upstream {url!r} is unknown: expected {_SYNTAX}")
    if parts.query or parts.fragment or parts.username is not None:
        raise UsageError(
            "the upstream's URL may have a host, a port and a path prefix only: "
            "query and keys are taken from what the app sends"
        )
    is_tls = parts.scheme == "wss"
    return Upstream(
        host=parts.hostname,
        port=(443 if is_tls else 80) if port is None else port,
        is_tls=is_tls,
        path_prefix=parts.path.rstrip("/"),
    )
