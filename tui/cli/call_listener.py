"""What becomes of a WebRTC call that an app opens through the proxy: it is joined, or the way to is told."""

import os
from collections.abc import Mapping

from ...proxy.capture import RestCall
from ...proxy.door import Proxy
from ...proxy.upstream import parse_upstream
from ...recordings.errors import UsageError
from . import talk
from .api_keys import key_headers

_OPENAI = "wss://api.openai.com"
_EPHEMERAL = "ek_"


class CallListener:
    """Told of each plain request about Realtime.

    Args:
        joins: Join each call at once.
    """

    def __init__(self, *, joins: bool) -> None:
        self.proxy: Proxy | None = None
        """Of `proxy_class`; set before the first request can come."""
        self._joins = joins

    @property
    def proxy_class(self) -> type[Proxy]:
        """What the proxy has to be able to do."""
        if not self._joins:
            return Proxy
        # A WebSocket client takes time to import, for which most proxies need not wait.
        from ...proxy.sideband import JoiningProxy

        return JoiningProxy

    def take(self, call: RestCall) -> None:
        """See `Proxy`, `on_call`."""
        if call.call_id is None:
            return
        if not self._joins:
            talk.say(f"call {call.call_id} was opened; to record it: {attaching(call)}")
            return
        from ...proxy.sideband import JoiningProxy

        assert isinstance(self.proxy, JoiningProxy)
        talk.say(f"call {call.call_id} was opened: joining it")
        self.proxy.follow(call, joining_headers(call, os.environ))


def attaching(call: RestCall) -> str:
    """The command that joins a call."""
    origin = _server(call)
    option = "" if origin == _OPENAI else f" --upstream {origin}"
    return f"realtap attach-call {call.call_id}{option}"


def joining_headers(call: RestCall, environ: Mapping[str, str]) -> dict[str, str]:
    """The key for a call: the one that made it, but one that lasts instead of a browser's, if there is one.

    A call belongs to the project whose key made it; an ephemeral key was made for one client.
    """
    headers = _key_of(call)
    if headers and not any(_EPHEMERAL in value for value in headers.values()):
        return headers
    try:
        return key_headers(_server(call), environ)
    except UsageError:
        return headers


def _key_of(call: RestCall) -> dict[str, str]:
    names = {"authorization", "api-key"}
    return {name: value for name, value in call.request_headers if name.lower() in names}


def _server(call: RestCall) -> str:
    return parse_upstream(call.origin.replace("http", "ws", 1)).origin
