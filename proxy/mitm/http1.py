"""What mitmproxy's HTTP/1 leaves undone: informational answers, and trailers.

It takes `103 Early Hints` for the answer itself, and fails at a trailer: a client would wait for ever.
Both may be left out by who passes an answer on (RFC 9110, sections 15.2 and 6.5.1), and they are. What a
client expects to be told with `100 Continue`, mitmproxy tells it by itself.
"""

import re
from typing import Final

import h11
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _http1

_INFORMATIONAL: Final = re.compile(rb"HTTP/1\.\d 1(?!01)\d\d\b.*?\r?\n\r?\n", re.DOTALL)
"""Not `101 Switching Protocols`, which is the last that is said in HTTP."""

_make_body_reader: Final = _http1.make_body_reader


class _Client(_http1.Http1Client):
    """mitmproxy's side that speaks with a server."""

    def read_headers(self, event: events.ConnectionEvent) -> layer.CommandGenerator[None]:
        """See Http1Connection."""
        while (found := _INFORMATIONAL.match(bytes(self.buf))) is not None:
            self.buf.maybe_extract_at_most(found.end())
        yield from super().read_headers(event)


class _ReaderWithoutTrailers(ChunkedReader):
    def __call__(self, buf: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        event = super().__call__(buf)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event


def _make_reader(expected_size: int | None) -> _http1.TBodyReader:
    return _ReaderWithoutTrailers() if expected_size is None else _make_body_reader(expected_size)


def complete_http1() -> None:
    """Have mitmproxy do it, in this process."""
    _http1.make_body_reader = _make_reader
    http.Http1Client = _Client  # type: ignore[attr-defined]  # who speaks with servers is taken from there
