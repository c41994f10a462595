"""Findings about the connection: how it was opened, and how long it may last.

How it ended is the concern of `closing`, which belongs to this family too.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from ..conversation import Conversation, Seen
from ..event import Side
from ..plain import cut, size
from ..secret_names import is_secret_parameter
from . import closing
from .finding import Finding, Severity
from .handshake import (
    agent_of,
    header_values,
    is_without_request,
    offered_subprotocols,
    query_names,
)
from .rule import Rule
from .wording import shown

_REASON_CHARACTERS: Final = 200

# The handshake.


class HandshakeRefused(Rule):
    """The server answered the WebSocket handshake with something else than 101."""

    slug = "handshake-refused"
    severity = Severity.ERROR

    def begin(self, state: Conversation) -> Iterator[Finding]:
        opened = state.opened
        if opened is None or opened.status == closing.SWITCHING_PROTOCOLS or _is_ours(opened.body):
            return
        body = cut(opened.body or "", _REASON_CHARACTERS)
        yield self.finding(
            opened.at,
            (),
            f"the server refused the handshake with HTTP {opened.status}{f': {body}' if body else ''}",
            _advice_for_status(opened.status),
        )


def _is_ours(body: str | None) -> bool:
    """Whether the answer is the proxy's own, because the server gave none."""
    return body is not None and body.startswith("realtap: ")


_ADVICE_FOR_STATUS: Mapping[int, str] = {
    400: "look at path and query; Azure's /openai/v1/realtime wants `model` and no `api-version`",
    401: "look at the key, and whether it belongs to this server and this resource",
    403: "look at the key, and whether it may use this model",
    404: "look at the upstream's address, and at the name of the model or deployment",
    429: "too many connections or requests: wait, then connect again",
}


def _advice_for_status(status: int) -> str:
    if 300 <= status < 400:
        return "point the upstream at the address that the server redirects to"
    if status >= 500:
        return "the server has a fault: connect again later"
    return _ADVICE_FOR_STATUS.get(status, "look at the address, the key and the model")


class CertificateNotTrusted(Rule):
    """A client that opens TLS with realtap left when it saw the certificate."""

    slug = "certificate-not-trusted"
    severity = Severity.ERROR

    def finish(self, state: Conversation) -> Iterator[Finding]:
        header, closed = state.header, state.closed
        if header is None or closed is None or not is_without_request(header):
            return
        reason, _, command = closed.reason.partition(": ")
        yield self.finding(
            closed.at,
            (),
            f"a client that wanted {cut(header.upstream, _REASON_CHARACTERS)} left when it saw "
            f"realtap's certificate: {cut(reason or 'it said nothing', _REASON_CHARACTERS)}",
            f"have it trust the CA, `{cut(command or 'realtap ca', _REASON_CHARACTERS)}` tells how in "
            "each runtime; or give it an address with ws://",
        )


class UpstreamUnreachable(Rule):
    """The proxy got no answer from the server."""

    slug = "upstream-unreachable"
    severity = Severity.ERROR

    def begin(self, state: Conversation) -> Iterator[Finding]:
        opened = state.opened
        if opened is None or not _is_ours(opened.body):
            return
        words = (opened.body or "").removeprefix("realtap: ")
        yield self.finding(
            opened.at,
            (),
            f"the server did not answer the handshake: {cut(words, _REASON_CHARACTERS)}",
            "look at the address given with --upstream, and whether this machine reaches it",
        )


class SubprotocolNotSelected(Rule):
    """The client offered subprotocols, the server took none, and the client left."""

    slug = "subprotocol-not-selected"
    severity = Severity.ERROR

    def finish(self, state: Conversation) -> Iterator[Finding]:
        offered, opened = offered_subprotocols(state.header), state.opened
        if not offered or opened is None or opened.status != closing.SWITCHING_PROTOCOLS:
            return
        # A client that goes on to speak does not mind.
        has_spoken = state.client_events.last_client_event or state.client_events.last_append
        has_left = closing.is_theirs(state.closed, Side.CLIENT)
        if opened.subprotocol is not None or has_spoken or not has_left:
            return
        names = ", ".join(each.partition(".")[0] for each in offered)
        yield self.finding(
            opened.at,
            (),
            f"the client offered the subprotocols {cut(names, _REASON_CHARACTERS)}, the server "
            "selected none, and the client left without a word",
            "have the server answer `Sec-WebSocket-Protocol: realtime`: browsers and Node's WebSocket "
            "fail the connection when none of their subprotocols is selected",
        )


_KEY_SUBPROTOCOL = "openai-insecure-api-key."


class StandardKeyInBrowser(Rule):
    """A page in a browser connects with a key of its own."""

    slug = "standard-key-in-browser"
    severity = Severity.ERROR

    def begin(self, state: Conversation) -> Iterator[Finding]:
        origin = next(iter(header_values(state.header, "Origin")), "")
        keys = [
            each.removeprefix(_KEY_SUBPROTOCOL)
            for each in offered_subprotocols(state.header)
            if each.startswith(_KEY_SUBPROTOCOL)
        ]
        if not origin.startswith(("http://", "https://")) or not keys or keys[0].startswith("ek_"):
            return
        # Recordings hold no keys: mostly only its place tells that there was one.
        is_standard = keys[0].startswith("sk-")
        kind = (
            "a standard key (sk-…)"
            if is_standard
            else "a key whose kind the recording does not tell"
        )
        yield self.finding(
            0.0 if state.opened is None else state.opened.at,
            (),
            f"the page {cut(origin, 80)} connects from a browser with {kind} in the subprotocol "
            f"`{_KEY_SUBPROTOCOL}…`",
            "give browsers an ephemeral key (ek_…) from POST /v1/realtime/client_secrets: everybody "
            "who opens the page can read a standard key",
            severity=None if is_standard else Severity.INFO,
        )


class KeyInUrl(Rule):
    """A key travels in the query of the URL, which is written into logs."""

    slug = "key-in-url"
    severity = Severity.WARNING

    def begin(self, state: Conversation) -> Iterator[Finding]:
        names = [name for name in query_names(state.header) if _is_key(name)]
        if names:
            yield self.finding(
                0.0 if state.opened is None else state.opened.at,
                (),
                f"the handshake carries a key in the query parameter `{cut(names[0], 80)}`",
                "send it in the header Authorization or api-key: URLs are kept by logs and proxies",
            )


def _is_key(name: str) -> bool:
    """Whether a parameter is a key; tokens and signatures are made to be sent in URLs."""
    return is_secret_parameter(name) and name.lower().replace("-", "_").endswith("key")


# While it lasts.


class SessionExpiring(Rule):
    """The session's `expires_at` is near."""

    slug = "session-expiring"
    severity = Severity.INFO
    notice_s: Final = 300.0
    urgent_s: Final = 60.0
    longest_s: Final = 24 * 3600.0
    """What lasts longer is no session: the clocks differ, or the recording was made from another."""

    def __init__(self) -> None:
        self._is_told = False
        self._is_told_urgently = False

    def tick(self, now: float, state: Conversation) -> Iterator[Finding]:
        if self._is_told_urgently or state.session.expires_at is None:
            return
        end = self._end_s(state)
        left_s = end - now
        is_urgent = left_s <= self.urgent_s
        if not 0 < left_s <= self.notice_s or (self._is_told and not is_urgent):
            return
        self._is_told, self._is_told_urgently = True, is_urgent
        yield self.finding(
            now,
            (state.session.created_seq or 0,),
            f"the session ends in {'1 minute' if is_urgent else '5 minutes'}: its expires_at is at "
            f"{end:.0f} s",
            "open a new session now, and give it the configuration and what matters of the "
            "conversation: many clients end silently at the close",
            severity=Severity.WARNING if is_urgent else None,
        )

    def _end_s(self, state: Conversation) -> float:
        """When the session ends, in seconds of the recording; infinity when that is not known."""
        session, started_s = state.session, _started_s(state)
        if started_s is None or session.expires_at is None or session.created_at_s is None:
            return math.inf
        end = session.expires_at - started_s
        return end if 0 < end - session.created_at_s <= self.longest_s else math.inf


def _started_s(state: Conversation) -> float | None:
    """When the recording began, in seconds of Unix time."""
    return None if state.header is None else _seconds_of(state.header.started)


@lru_cache(maxsize=16)
def _seconds_of(started: str) -> float | None:
    try:
        return datetime.fromisoformat(started).timestamp()
    except (OverflowError, ValueError):
        return None


_MIB: Final = 1024 * 1024
_CLIENT_LIMITS = (
    ("Agents/Python", 8 * _MIB, "openai-agents"),
    ("LiveKit Agents", 4 * _MIB, "LiveKit (aiohttp)"),
    ("ms-rtclient", 4 * _MIB, "rtclient (aiohttp)"),
    ("aiohttp", 4 * _MIB, "aiohttp"),
    ("OpenAI/", 0, "the openai package"),
    ("websockets/", _MIB, "the websockets package, as pipecat uses it"),
)
"""What a User-Agent has in it, the longest message that such a client takes as it is set up by
default, and its name; 0 is no limit. Measured with the clients of autumn 2026."""


class MessageTooBigForClient(Rule):
    """A message of the server is longer than the connected client library takes."""

    slug = "message-too-big-for-client"
    severity = Severity.WARNING
    side = Side.SERVER

    def __init__(self) -> None:
        self._limit: tuple[int, str] | None = None

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        length = _length(seen)
        if length <= _MIB:
            return
        if self._limit is None:
            self._limit = _limit_of(agent_of(state.header))
        limit, name = self._limit
        if not 0 < limit < length:
            return
        yield self.finding(
            seen.at,
            (seen.seq,),
            f"the {shown(seen.type or 'message')} at event {seen.seq} has {size(length)}, and {name} takes "
            f"{limit // _MIB} MiB unless it is told otherwise: it closes with code 1009",
            "raise the client's limit (max_size, max_msg_size), or do not ask for such items: "
            "conversation.item.retrieve returns all audio",
        )


def _limit_of(agent: str) -> tuple[int, str]:
    found = ((limit, name) for mark, limit, name in _CLIENT_LIMITS if mark in agent)
    return next(found, (0, ""))


class ClientMessageTooBig(Rule):
    """A message of the client is longer than servers take. Appended audio is judged elsewhere."""

    slug = "client-message-too-big"
    severity = Severity.WARNING
    side = Side.CLIENT
    near_bytes: Final = 8 * _MIB
    limit_bytes: Final = 16 * _MIB

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:  # noqa: ARG002 # its length says it all
        length = _length(seen)
        if length <= self.near_bytes:
            return
        is_over = length > self.limit_bytes
        yield self.finding(
            seen.at,
            (seen.seq,),
            f"the client's {shown(seen.type or 'message')} at event {seen.seq} has {size(length)}, "
            f"{'more than' if is_over else 'more than half of'} the 16 MiB that servers take",
            "send it in pieces: audio of 20 to 200 ms an event, one image an item, smaller images",
            severity=Severity.ERROR if is_over else None,
        )


def _length(seen: Seen) -> int:
    event = seen.event
    return len(event.payload) if event.size is None else event.size


RULES: tuple[type[Rule], ...] = (
    HandshakeRefused,
    CertificateNotTrusted,
    UpstreamUnreachable,
    SubprotocolNotSelected,
    StandardKeyInBrowser,
    KeyInUrl,
    SessionExpiring,
    MessageTooBigForClient,
    ClientMessageTooBig,
    *closing.RULES,
)
