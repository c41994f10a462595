"""The secrets that a session has shown, and how they are found again.

Two ways to know one: by value, because it was seen in a place for secrets, and by pattern, because
it looks like a vendor's key. Both give spans in a text; what stands in their place is decided
in `redaction`.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote, unquote_plus

from .escapes import Span, as_latin

MARKER = "[redacted]"
"""What stands in the place of a secret."""

MIN_LENGTH = 8
"""A shorter value is not looked for elsewhere: it would hit ordinary text."""

MAX_LENGTH = 8192
"""A longer value is only redacted where it stands: no header line of the common servers is longer."""

MARKS = b"-_ \\"
"""Bytes that standard base64 has none of, and most keys have one of."""

MAX_PAYLOAD_VALUES = 256
"""How many values of payloads are remembered; those of the handshake are never forgotten."""

PROTOCOL_WORDS = frozenset(
    {
        "accepted",
        "assistant",
        "cancelled",
        "completed",
        "conversation",
        "disabled",
        "function",
        "function_call",
        "function_call_output",
        "in_progress",
        "incomplete",
        "localhost",
        "message",
        "realtime",
        "response",
        "server_vad",
        "session.update",
        "transcription",
        "undefined",
    }
)
"""Values that are no secrets though they stand in a secret's place: a local server's dummy key, a
cookie's setting. Redacting them everywhere would make a recording unreadable."""

SCHEME = re.compile(r"\s*(Basic|Bearer|Token|ApiKey|Key|Digest|Negotiate)\s+(?=\S)", re.IGNORECASE)
"""The scheme of an Authorization header's value; it is no secret."""


def _key(prefix: str) -> re.Pattern[str]:
    """A vendor's key: its prefix where no word goes on (`task-…` is no `sk-…`, `%20sk-…` is one).

    The prefix comes first in the pattern: a search for a literal is ten times as quick.
    """
    begins = rf"(?:(?<![A-Za-z0-9]{prefix})|(?<=%[0-9a-fA-F]{{2}}{prefix}))"
    return re.compile(rf"{prefix}{begins}[A-Za-z0-9_-]{{16,}}")


_KEYS = (_key("sk-"), _key("ek_"), _key("xai-"))
_DIGIT_OR_CAPITAL = re.compile(r"[0-9A-Z]")
"""What every key has, and `sk-learn-pipelines-explained` has not."""

_MIN_KEY_LENGTH = 19
"""The shortest text that one of the patterns matches: most names and many words are shorter."""

_BEARER = re.compile(r"(?i:bearer)[ \t]+([A-Za-z0-9._~+/-]{16,}=*)")
"""RFC 6750's b64token. "Bearer authentication." is shorter than 16."""


def masked(value: str) -> str:
    """What is shown for a secret value: the scheme stays."""
    scheme = SCHEME.match(value)
    return f"{scheme[0]}{MARKER}" if scheme else MARKER


def _is_worth_knowing(value: str) -> bool:
    return (
        MIN_LENGTH <= len(value.strip()) <= len(value) <= MAX_LENGTH
        and value not in PROTOCOL_WORDS
        and value not in f"Bearer {MARKER}"
    )


def spellings(value: str) -> Iterator[str]:
    """The ways in which a secret seen as `value` may turn up elsewhere."""
    value = value.strip()
    scheme = SCHEME.match(value)
    bare = value[scheme.end() :] if scheme else value
    if scheme and scheme[1].lower() == "basic":
        yield from _basic_credentials(bare)
    yield bare
    yield unquote(bare)
    yield unquote_plus(bare)
    yield quote(bare, safe="", errors="surrogatepass")
    if scheme is None and ":" in bare:
        # A URL's `user:password` goes out as the credentials of `Basic`.
        yield base64.b64encode(unquote(bare).encode("utf-8", "surrogatepass")).decode()


def _basic_credentials(encoded: str) -> Iterator[str]:
    try:
        decoded = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return
    yield decoded
    yield decoded.partition(":")[2]


class KnownSecrets:
    """The values that one session has shown in places for secrets.

    Attributes are read on the relay's hot path; they are rebuilt when a value is learned.
    """

    def __init__(self) -> None:
        self.marked_needles: tuple[bytes, ...] = ()
        """Bytes that call for a closer look, each with one of `MARKS` and no quote in it."""
        self.plain_needles: tuple[bytes, ...] = ()
        """The others: they may also hide in a long run of base64."""
        self.escapes = _escapes_that_matter("")
        """Escapes that could spell a secret in another way than its own bytes."""
        self._handshake: dict[str, None] = {}
        self._payload: dict[str, None] = {}
        self._by_length: list[str] = []
        self._rebuild()

    def learn(self, values: Iterable[str], *, from_payload: bool = False) -> None:
        """Remember the values, in all their spellings."""
        known = self._payload if from_payload else self._handshake
        new = {
            as_latin(spelling): None
            for value in values
            for spelling in spellings(value)
            if _is_worth_knowing(spelling)
        }
        if new.keys() <= self._handshake.keys() | self._payload.keys():
            return
        known.update(new)
        while len(self._payload) > MAX_PAYLOAD_VALUES:
            del self._payload[next(iter(self._payload))]
        self._rebuild()

    def _rebuild(self) -> None:
        self._by_length = sorted({**self._handshake, **self._payload}, key=len, reverse=True)
        needles = sorted(value.encode("latin-1") for value in self._by_length)
        is_marked = {
            needle: b'"' not in needle and any(mark in needle for mark in MARKS)
            for needle in needles
        }
        self.marked_needles = tuple(needle for needle in needles if is_marked[needle])
        self.plain_needles = tuple(needle for needle in needles if not is_marked[needle])
        self.escapes = _escapes_that_matter("".join(self._by_length))

    def has_value(self, text: str) -> bool:
        """Whether a known value stands in the text."""
        return len(text) >= MIN_LENGTH and any(value in text for value in self._by_length)

    def find(self, text: str) -> Iterator[Span]:
        """Where a known value or something that looks like a key stands in the text."""
        if len(text) < MIN_LENGTH:
            return
        for value in self._by_length:
            start = text.find(value)
            while start >= 0:
                yield start, start + len(value)
                start = text.find(value, start + len(value))
        if len(text) < _MIN_KEY_LENGTH:
            return
        for key in _KEYS:
            for match in key.finditer(text):
                if _DIGIT_OR_CAPITAL.search(text, match.start(), match.end()):
                    yield match.span()
        for match in _BEARER.finditer(text):
            yield match.span(1)


def _escapes_that_matter(values: str) -> re.Pattern[bytes]:
    """Without a match of these a string in a payload has one spelling, its own bytes."""
    if json.dumps(values, ensure_ascii=False) != f'"{values}"':
        return re.compile(rb"\\")
    # Printable ASCII is all that the patterns and the names need.
    unicode = rb"\\u00[2-7]" if values.isascii() else rb"\\u"
    return re.compile(unicode + rb"|\\/" if "/" in values else unicode)
