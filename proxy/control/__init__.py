"""The control channel of a running proxy: what can be asked, and the clients that ask.

JSON-RPC 2.0 over a WebSocket on the proxy's own port. The proxy's end is `reception`; it is not
imported here, because a client needs nothing of it.
"""

from .client import Control, ControlClient, find_proxy
from .methods import METHODS, Change, ProxyState, Request

__all__ = [
    "METHODS",
    "Change",
    "Control",
    "ControlClient",
    "ProxyState",
    "Request",
    "find_proxy",
]
