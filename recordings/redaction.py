"""Keeps secrets out of recordings: by name, by pattern and by value.

One `Redactor` serves one session. It learns the values that stand in places for secrets (headers,
query parameters, subprotocols, URL userinfo, JSON bodies), and takes them out wherever they turn up
later. It works on what is recorded, never on what is forwarded.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

from .escapes import Readings, Span
from .json_secrets import Places, Scalar
from .jsontext import loads
from .known_secrets import MARKER, KnownSecrets, masked
from .secret_names import is_secret_header, is_secret_parameter, split_subprotocol

__all__ = ["MARKER", "Redactor"]

KEY_KINDS = ("sk-", "ek_")
"""How a key begins that lasts, and one that is made for a session: a browser may have the second
only, so a subprotocol keeps it."""

_LONG_BYTES = 600
"""From this size on, a run of base64 in a payload is looked for, to search only around it."""

_HEAD_BYTES = 512
"""The audio of an event begins this early in it: the members before are a type and some ids."""

_JSON_PART = re.compile(r"^[ \t]*[{\[].*?(?=\r?\n--|\Z)", re.MULTILINE | re.DOTALL)
"""From the line where JSON begins to the boundary of the form that it is in (RFC 2046, section 5.1)."""
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_DEEPEST = 64
"""More containers than a session's settings have around each other."""

_PARAMETER_NAME = re.compile(r"(?<=[?&#;])([^=&#?;\s]{1,100})=")
_USERINFO = re.compile(r"(?<=://)([^/?#\s\"'<>\\]+)@")
_HEADER_LINE = re.compile(
    r"(?<![\w-])(((?:proxy-)?authorization|(?:x-|x-goog-)?api-key|ocp-apim-subscription-key)"
    r"[ \t]*:[ \t]*((basic|bearer)[ \t]+)?)[^\s\"]+",
    re.IGNORECASE,
)
"""A header quoted in words. Its value is not learned: it may be a word of the sentence."""
_COOKIE_LINE = re.compile(r"(?<![\w-])((set-)?cookie[ \t]*:[ \t]*)[^\r\n\"]+", re.IGNORECASE)
_END_OF_PARAMETER = re.compile(r"[&#]|\Z")
_END_OF_PARAMETER_IN_TEXT = re.compile(r"[&#\s\"'<>\\)\]}]|\Z")


class Redactor:
    """Redacts what one session says, and remembers the secrets it has seen."""

    def __init__(self) -> None:
        self._known = KnownSecrets()

    # The handshake.

    def headers(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers with their secrets replaced; names and order stay.

        All of them are learned before one is shown: a `Location` may repeat a key of a later line.
        """
        pairs = list(pairs)
        for name, value in pairs:
            if is_secret_header(name):
                self._known.learn(_header_secrets(name, value))
            elif name.strip().lower() == "sec-websocket-protocol":
                self.subprotocols(value.split(","))
        return [(name, self._header_value(name, value)) for name, value in pairs]

    def _header_value(self, name: str, value: str) -> str:
        if is_secret_header(name):
            return masked(value)
        if name.strip().lower() == "sec-websocket-protocol":
            return ",".join(self.subprotocols(value.split(",")))
        return self.text(value)

    def subprotocols(self, subprotocols: Iterable[str]) -> list[str]:
        """The offered subprotocols with the keys in them replaced; space around them stays."""
        return [self._subprotocol(each) for each in subprotocols]

    def _subprotocol(self, subprotocol: str) -> str:
        bare = subprotocol.strip()
        found = split_subprotocol(bare)
        if found is None:
            return self._by_value(subprotocol)
        name, secret = found
        self._known.learn([secret])
        kind = next((each for each in KEY_KINDS if secret.startswith(each)), "")
        return subprotocol.replace(bare, f"{name}{kind}{MARKER}")

    def request_line_target(self, target: str) -> str:
        """A request's path and query, or its absolute URL, with its key parameters replaced."""
        return self._by_value(self._url(target, _END_OF_PARAMETER))

    def url(self, url: str) -> str:
        """A URL with its userinfo and its key parameters replaced."""
        return self.request_line_target(url)

    # Messages and words.

    def text(self, text: str) -> str:
        """A close reason, a refusal's body or a message of our own, redacted.

        Redact before cutting a text short: half a secret is not known again.
        """
        text = self._url(text, _END_OF_PARAMETER_IN_TEXT)
        text = _HEADER_LINE.sub(rf"\1{MARKER}", text)
        text = _COOKIE_LINE.sub(rf"\1{MARKER}", text)
        return self._by_value(text)

    def body(self, text: str) -> str:
        """The body of a plain HTTP request or answer, redacted; its end may be missing.

        A form may have JSON as one of its parts: `POST …/realtime/calls` takes an SDP and a session.
        """
        pieces: list[str] = []
        position = 0
        for part in _JSON_PART.finditer(text):
            pieces += [self.text(text[position : part.start()]), self._part(part[0])]
            position = part.end()
        return "".join([*pieces, self.text(text[position:])])

    def _part(self, text: str) -> str:
        """A part that begins like JSON: what it names is hidden also when its end is missing."""
        latin = text.encode("utf-8", "surrogatepass").decode("latin-1")
        if not _is_json(latin.encode("latin-1")):
            end = _ending(latin)
            latin = _replaced(latin + end, self._in_json(latin + end)).removesuffix(end)
        return self.text(latin.encode("latin-1").decode("utf-8", "replace"))

    def payload(self, data: bytes) -> tuple[bytes, bool]:
        """A message's payload for the recording, and whether a secret was replaced in it.

        The same object comes back when there is none. JSON stays JSON, and what is no secret in it
        stays byte for byte. It runs for every message, and nearly every message holds no secret:
        finding nothing takes 1 us for a short event and 1 to 3 us for 8 kB of audio.
        """
        near = data
        if len(data) > _LONG_BYTES:
            # Standard base64 has none of these bytes (`MARKS`), and every pattern has one: a long string
            # without them needs no search. Over 8 kB `find` takes 0.04 us for one byte and 2 to
            # 5 us for a short needle. (`needle in data` adds 0.17 us: it first tries an integer.)
            start = data.rfind(b'"', 0, _HEAD_BYTES) + 1
            end = data.find(b'"', start)
            if end - start > len(data) >> 1 and not (
                data.find(b"-", start, end) >= 0
                or data.find(b"_", start, end) >= 0
                or data.find(b" ", start, end) >= 0
                or data.find(b"\\", start, end) >= 0
            ):
                near = data[:start] + data[end:]
        known = self._known
        if near.find(b"\\") >= 0 and known.escapes.search(near):
            return self._closer(data)
        for needle in known.marked_needles:
            if near.find(needle) >= 0:
                return self._closer(data)
        for needle in known.plain_needles:
            if data.find(needle) >= 0:
                return self._closer(data)
        if _is_suspect(near):
            return self._closer(data)
        return data, False

    def _closer(self, data: bytes) -> tuple[bytes, bool]:
        """Look at each string of a payload in which something was found that may be a secret."""
        text = data.decode("latin-1")
        is_json = _is_json(data)
        replacements = (
            self._in_json(text) if is_json else dict.fromkeys(self._in_text(text), MARKER)
        )
        replacements = {
            (start, end): instead
            for (start, end), instead in replacements.items()
            if text[start:end] != instead
        }
        redacted = _replaced(text, replacements) if replacements else text
        if self._known.has_value(redacted):
            # A "secret" that reaches across JSON's own punctuation: nothing of it may stay.
            redacted = f'"{MARKER}"' if is_json else MARKER
        elif not replacements:
            return data, False
        return redacted.encode("latin-1"), True

    def _in_json(self, text: str) -> dict[Span, str]:
        places = Places(text)
        named = places.secrets
        self._known.learn(
            [secret.value.encode("latin-1").decode("utf-8", "replace") for secret in named],
            from_payload=True,
        )
        found = {_inside(secret): masked(secret.value) for secret in named if secret.is_string}
        found.update({secret.span: f'"{MARKER}"' for secret in named if not secret.is_string})
        for scalar in places.others:
            if not scalar.is_string:
                if self._known.has_value(scalar.raw):
                    found[scalar.span] = f'"{MARKER}"'
                continue
            begin, end = _inside(scalar)
            for span in self._in_text(text[begin:end], is_json_string=True):
                found[begin + span[0], begin + span[1]] = MARKER
        return found

    def _in_text(self, text: str, *, is_json_string: bool = False) -> list[Span]:
        spans = [
            to_source(span)
            for reading, to_source in Readings(text, is_json_string=is_json_string)
            for span in self._known.find(reading)
        ]
        return list(_merged(spans))

    # Parts of `text`.

    def _by_value(self, text: str) -> str:
        data, is_redacted = self.payload(text.encode("utf-8", "surrogatepass"))
        return data.decode("utf-8", "replace") if is_redacted else text

    def _url(self, text: str, end_of_value: re.Pattern[str]) -> str:
        """Userinfo and key parameters of each URL in the text."""
        text = _USERINFO.sub(self._userinfo, text)
        pieces: list[str] = []
        position = 0
        for name in _PARAMETER_NAME.finditer(text):
            if name.start() < position or not is_secret_parameter(unquote_plus(name[1])):
                continue
            value = _value_at(text, name.end(), end_of_value)
            self._known.learn([value])
            pieces += [text[position : name.end()], masked(value) if value else ""]
            position = name.end() + len(value)
        return "".join([*pieces, text[position:]])

    def _userinfo(self, found: re.Match[str]) -> str:
        user, colon, password = found[1].partition(":")
        self._known.learn([found[1], password] if colon else [user])
        return f"{MARKER}@"


def _is_suspect(data: bytes) -> bool:
    """Whether a name or a pattern of a secret may be in it. Cheap refusals come first."""
    find = data.find
    return (
        (find(b"-") >= 0 and (find(b"sk-") >= 0 or find(b"xai-") >= 0 or find(b'-key"') >= 0))
        or (find(b" ") >= 0 and (find(b"earer") >= 0 or find(b"EARER") >= 0))
        or find(b"ek_") >= 0
        or find(b'uthorization"') >= 0
        or find(b'client_secret"') >= 0
        or find(b'eaders"') >= 0
        or find(b'"value"') >= 0
        or find(b'api_key"') >= 0
        or find(b'access_token"') >= 0
    )


def _is_json(data: bytes) -> bool:
    try:
        loads(data)
    except ValueError:
        return False
    return True


def _ending(text: str) -> str:
    """What closes the string and the containers in which a JSON text was cut."""
    rest = _ESCAPE.sub("", text)
    is_in_string = rest.count('"') % 2
    # A backslash that is left has lost what it escapes.
    return is_in_string * ("\\" * rest.endswith("\\") + '"') + "}" * _DEEPEST


def _header_secrets(name: str, value: str) -> Iterator[str]:
    """What to learn of a secret header: its value, or those of the cookies in it."""
    if not name.strip().lower().endswith("cookie"):
        yield value
        return
    cookies = value.split(";")
    if name.strip().lower() == "set-cookie":
        # What follows are the cookie's attributes: its path, its domain.
        del cookies[1:]
    for cookie in cookies:
        yield cookie.partition("=")[2].strip().strip('"') or cookie


def _value_at(text: str, start: int, end: re.Pattern[str]) -> str:
    found = end.search(text, start)
    return text[start : found.start()] if found else text[start:]


def _inside(scalar: Scalar) -> Span:
    return scalar.span[0] + 1, scalar.span[1] - 1


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in order, those that overlap or touch as one."""
    current: Span | None = None
    for span in sorted(spans):
        if current is None:
            current = span
        elif span[0] <= current[1]:
            current = current[0], max(current[1], span[1])
        else:
            yield current
            current = span
    if current is not None:
        yield current


def _replaced(text: str, replacements: dict[Span, str]) -> str:
    pieces: list[str] = []
    position = 0
    for (start, end), replacement in sorted(replacements.items()):
        pieces += [text[position:start], replacement]
        position = end
    return "".join([*pieces, text[position:]])
