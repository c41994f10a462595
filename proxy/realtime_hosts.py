"""Which requests to which hosts are Realtime sessions, and which are calls about them.

An app that is captured talks to many hosts. Those here are opened, because Realtime servers are known
to be there; everything else stays closed. A host's other requests pass unrecorded.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

KNOWN_HOSTS: Final = (
    "api.openai.com",
    "*.openai.azure.com",
    "*.services.ai.azure.com",
    "*.cognitiveservices.azure.com",
    "api.x.ai",
)
"""OpenAI, Azure OpenAI, Azure Voice Live under both of its names, xAI."""

_HOST: Final = re.compile(r"[A-Za-z0-9._:-]+")
"""A name or an address. What a captured app says in `Host` may be anything."""

_SESSION_PATHS: Final = re.compile(r"/realtime(?:/translations)?/?$|/live/sessions(?:/|$)")
"""`/v1/realtime`, `/openai/realtime`, `/voice-live/realtime`; the Live protocol beside them."""

_CALL_PATHS: Final = re.compile(
    r"/realtime/(?:translations/)?"
    r"(?:client_secrets|sessions|transcription_sessions|calls(?:/[^/]+(?:/[a-z]+)?)?)/?$"
)
"""What mints a client's secret, or opens and steers a call over WebRTC or SIP."""


@dataclass(frozen=True, slots=True)
class RealtimeHosts:
    """The known hosts, and those that the person named.

    Args:
        named: More hosts, `HOST` or `HOST:PORT`; `*` stands for one or more labels. All their
            WebSockets are Realtime sessions, whatever the path.
    """

    named: tuple[str, ...] = ()

    @property
    def patterns(self) -> list[str]:
        """A regular expression of `host:port` for each host."""
        return [_pattern(each) for each in (*KNOWN_HOSTS, *self.named)]

    def has(self, host: str, port: int) -> bool:
        """Whether Realtime servers are known to be there."""
        return _matches(host, port, (*KNOWN_HOSTS, *self.named))

    def is_session(self, host: str, port: int, target: str) -> bool:
        """Whether a WebSocket to a host, for a path and query, is a Realtime session."""
        if _matches(host, port, self.named):
            return True
        path = target.partition("?")[0]
        return bool(_SESSION_PATHS.search(path)) and _matches(host, port, KNOWN_HOSTS)


def is_call(method: str, target: str) -> bool:
    """Whether a plain request is about Realtime: it makes a secret, or opens or steers a call."""
    return method == "POST" and _CALL_PATHS.search(target.partition("?")[0]) is not None


def _matches(host: str, port: int, among: Iterable[str]) -> bool:
    place = f"{host}:{port}"
    return _HOST.fullmatch(host) is not None and any(
        re.search(_pattern(each), place, re.IGNORECASE) for each in among
    )


def _pattern(host: str) -> str:
    name, colon, port = host.rpartition(":")
    if not (colon and port.isdecimal()) or name.endswith(":"):
        name, port = host, r"\d+"
    return f"^{re.escape(name.strip('[]')).replace(r'\*', '[^:]+')}:{port}$"
