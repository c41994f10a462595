"""One made-up call: what was asked for, whether that can be, and how far it has come."""

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from ...recordings.conversation import Conversation
from ...recordings.dialects import Dialect
from ...recordings.errors import InjectionError
from ...recordings.event import Json, Origin
from ...recordings.jsontext import loads
from ...recordings.plain import encoded, quoted

if TYPE_CHECKING:
    from .ledger import Ledger

type Stage = Literal["waiting", "pending", "output given", "answered", "overtaken"]
"""Overtaken: the app asked the server about something newer, which answers without the output."""

_WITHOUT_CALLS: Final = frozenset({Dialect.TRANSCRIPTION, Dialect.TRANSLATION, Dialect.LIVE})


class Kept(msgspec.Struct, frozen=True):
    """What the app says that the server does not get, because it has been done already."""

    why: str
    """What stands in the recording beside the events that belong to it."""
    origin: Origin


class MadeCall(msgspec.Struct):
    """One made-up call, and how far it has come."""

    name: str
    arguments: str
    """JSON."""
    answer: str | None
    """What the model says in the end; None: an empty response."""
    since_s: float
    """When it was asked for, in seconds since the session started."""
    call_id: str = ""
    """Empty as long as the call waits for a quiet moment."""
    stage: Stage = "waiting"
    output: str | None = None
    """What the app's function gave back, cut at 20,000 characters; one that is refused is none."""

    @property
    def origin(self) -> Origin:
        """Of the events that belong to it."""
        return Origin.INJECTED

    @property
    def why(self) -> str:
        """What stands in the recording beside the events that belong to it."""
        return f"made-up call {self.name}"


def checked_arguments(name: str, arguments: str, conversation: Conversation) -> Json:
    """What a call is made with.

    Raises:
        InjectionError: The session, the name or the arguments do not allow a call.
    """
    if conversation.dialect in _WITHOUT_CALLS:
        kind = conversation.dialect
        raise InjectionError(f"a {kind} session has no function calls; choose another session")
    if not name:
        raise InjectionError("a made-up call needs the name of a function: get_weather")
    try:
        value = loads(arguments.encode("utf-8", "surrogatepass")) if arguments.strip() else {}
    except ValueError as error:
        what = f"the arguments {quoted(arguments, 80)} are not JSON: {error}"
        raise InjectionError(f'{what}; write an object such as {{"city": "Paris"}}') from error
    if not isinstance(value, dict):
        what = f"the arguments {quoted(arguments, 80)} are no JSON object"
        raise InjectionError(f'{what}; write one such as {{"city": "Paris"}}')
    check_text(name, encoded(value))
    return value


def check_text(*texts: str) -> None:
    """Refuse what no frame can carry.

    Raises:
        InjectionError: There is half of a character in a text, as JSON's escapes can say it.
    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            what = f"{quoted(text, 80)} has half of a character"
            raise InjectionError(f"{what}; write it as UTF-8") from error


def undeclared(name: str, ledger: "Ledger") -> str:
    """What to tell about a function that the session does not declare; empty when it does."""
    tools = ledger.tools()
    if name in tools:
        return ""
    near = get_close_matches(name, tools, n=1) or list(tools)
    declared = ", ".join(near[:5])
    return f"; the session declares no {name}" + (f", but {declared}" if declared else "")
