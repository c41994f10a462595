"""What becomes of a WebRTC call that an app opens through the proxy: it is joined, or the way to is told."""

import os
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...proxy.capture import RestCall
from ...proxy.upstream import parse_upstream
from ...recordings.errors import UsageError
from ...recordings.plain import one_line
from . import talk
from .api_keys import key_headers

if TYPE_CHECKING:
    from ...proxy.sideband import SideBands

_OPENAI = "wss://api.openai.com"
_EPHEMERAL = "ek_"


class CallListener:
    """Told of each plain request about Realtime."""

    def __init__(self) -> None:
        self.side_bands: SideBands | None = None
        """Where each call is joined at once; None: the way to join it is told."""

    def take(self, call: RestCall) -> None:
        """See `Proxy`, `on_call`."""
        if call.call_id is None:
            return
        if self.side_bands is None:
            talk.say(f"call {one_line(call.call_id)} was opened; to record it: {attaching(call)}")
            return
        talk.say(f"call {one_line(call.call_id)} was opened: joining it")
        self.side_bands.follow(call, joining_headers(call, os.environ))


def attaching(call: RestCall) -> str:
    """The command that joins a call."""
    origin = _server(call)
    option = "" if origin == _OPENAI else f" --upstream {origin}"
    # A server's word, to be pasted into a shell.
    return f"realtap attach-call {shlex.quote(one_line(call.call_id or ''))}{option}"


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
