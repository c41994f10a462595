"""What mitmproxy is to do for a proxy: which modes, for which hosts, with which authority."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Capture:
    """The ways in beside the door's own port. The default has none, but plain HTTP on that port."""

    modes: tuple[str, ...] = ()
    """mitmproxy's: `regular@8485`, `socks5`, `upstream:URL`, `transparent`, `local:PROCESS`, `wireguard`."""
    realtime_hosts: tuple[str, ...] = ()
    """More hosts whose WebSockets are Realtime sessions: `HOST` or `HOST:PORT`, `*.example.com`."""
    confdir: Path | None = None
    """mitmproxy's folder, with its certificate authority; None: `~/.mitmproxy`."""
    keeps_upstream: bool = False
    """Captured sessions go to the proxy's own upstream, not to the server that they ask for."""


@dataclass(frozen=True, slots=True)
class CaptureMode:
    """A mode that is at work."""

    mode: str
    """As the person wrote it."""
    addresses: tuple[str, ...]
    """`host:port` of each place where it listens; none for modes that capture without one."""
    hint: str = ""
    """What a person needs besides: where the configuration of WireGuard lies."""


@dataclass(frozen=True, slots=True)
class Departure:
    """An app that left when it saw the certificate of realtap's own authority."""

    host: str
    """The server that it asked for."""
    via: str
    """How it came in: `tls`, or `mitm:` and a mode."""
    reason: str = ""
    """The alert that it sent, in OpenSSL's words; empty when it just left."""


@dataclass(frozen=True, slots=True)
class RestCall:
    """A plain HTTP request about Realtime that was answered: secrets and all."""

    method: str
    path: str
    """Path and query."""
    origin: str
    """The server, `https://host:port`."""
    via: str
    """How it came in: `reverse`, or `mitm:` and a mode."""
    status: int
    """0 when there was no answer."""
    elapsed_s: float
    request_headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...]
    request_body: str
    """The beginning of it."""
    response_body: str
    """The beginning of it, without its content encoding."""
    error: str = ""
    """Why there was no answer."""

    @property
    def call_id(self) -> str | None:
        """The call that a `POST …/realtime/calls` has opened, from the answer's `Location`."""
        location = next(
            (value for name, value in self.response_headers if name.lower() == "location"), ""
        )
        before, _, call_id = location.partition("?")[0].rstrip("/").rpartition("/")
        return call_id if call_id and before.endswith("/calls") else None


def sparing(mode: str, pid: int) -> str:
    """The mode as mitmproxy gets it: the connections of the relay itself are not captured again.

    Args:
        mode: As the person wrote it.
        pid: The relay's process; mitmproxy spares only its own.
    """
    name, _, processes = mode.partition(":")
    if name != "local":
        return mode
    return f"local:{processes},!{pid}" if processes else f"local:!{pid}"


def listen_host(mode: str) -> str | None:
    """The address in a mode: `regular@0.0.0.0:8485`. None without one, which means loopback."""
    head, _, place = mode.rpartition("@")
    return place.rpartition(":")[0].strip("[]") if head and ":" in place else None
