"""The metadata of the app's requests that others took the place of: the response that serves carries it.

A server gives a response the metadata of its `response.create`, and apps find their answers by it:
LiveKit gives up after ten seconds without.
"""

from typing import Final

from ...recordings.conversation import Seen
from ...recordings.conversation.bounded import BoundedDict
from ...recordings.event import Fate, Json
from ...recordings.paths import Path
from ...recordings.plain import object_of
from .splicing import SpliceError, with_field
from .verdict import Verdict, edit

WHY: Final = "has the metadata of a response.create that was merged"

_KINDS: Final = frozenset({"response.created", "response.done"})
_METADATA: Final = Path.parse("response.metadata")
_KEPT: Final = 64


class Echoes:
    """Those of one session."""

    def __init__(self) -> None:
        self._by_response: BoundedDict[str, Json] = BoundedDict(_KEPT)

    def give(self, response_id: str, metadata: Json) -> None:
        """A response that begins carries this from now on."""
        if metadata:
            self._by_response[response_id] = {**self._by_response.get(response_id, {}), **metadata}

    def edited(self, seen: Seen, verdict: Verdict) -> Verdict:
        """What becomes of an event of the server, with the metadata in it where it goes on."""
        if seen.kind not in _KINDS or verdict.fate not in {Fate.FORWARDED, Fate.EDITED}:
            return verdict
        metadata = self._by_response.get(seen.response_id)
        if not metadata:
            return verdict
        own = object_of(object_of(seen.fields.get("response")).get("metadata"))
        why = f"{verdict.why}; {WHY}" if verdict.why else WHY
        try:
            sent = with_field(verdict.sent or seen.event.payload, _METADATA, {**metadata, **own})
        except (SpliceError, UnicodeError):
            return verdict
        return edit(sent, why)


def metadata_of(event: Json) -> Json:
    """What a `response.create` wants its response to carry."""
    return object_of(object_of(event.get("response")).get("metadata"))
