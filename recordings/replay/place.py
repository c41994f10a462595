"""Where a replay stands in its recording: what is expected there, and what had been said until then."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ..conversation import Conversation
from ..dialogue import said
from ..event import Json
from ..plain import object_of
from .identities import Identities
from .matching import Difference, Rules, differences
from .mismatch import Candidate, Cause, Mismatch
from .script import FromClient, FromServer, Script, is_aside, seen_of

NEAREST: Final = 3
"""So many recorded events are told beside the expected one."""


@dataclass(frozen=True)
class Place:
    """Makes the `Mismatch` of a session that leaves its recording here."""

    script: Script
    missing: tuple[int, ...]
    """The steps of the app that have not come, in order."""
    position: int
    """The next step."""
    identities: Identities
    audio_bytes: tuple[int, int]
    """How much audio the recording has until here, and how much came."""

    def different(self, type_: str, fields: Json, rules: Rules) -> Mismatch:
        """Another event came, or one too many."""
        expected = self._expected(type_, fields)
        cause = Cause.EXTRA if expected is None else Cause.DIFFERENT
        return self._unlike(expected, cause, type_, fields, rules)

    def refused(self, type_: str, fields: Json, rules: Rules, *, refusal: str) -> Mismatch:
        """An event came that a real server refuses."""
        expected = self._expected(type_, fields)
        return self._unlike(expected, Cause.REFUSED, type_, fields, rules, refusal)

    def missing_event(self, cause: Cause) -> Mismatch:
        """Nothing came."""
        if self._lacks_audio:
            wanted, came = self.audio_bytes
            return self._mismatch(None, cause, audio_s=(self._seconds(wanted), self._seconds(came)))
        return self._mismatch(next(self._missing, None), cause)

    def other_audio(self, differs_at: int) -> Mismatch:
        """Audio came that is not the recorded one from this byte on."""
        at_s = self._seconds(differs_at)
        return self._mismatch(None, Cause.OTHER_AUDIO, audio_s=(at_s, at_s))

    def _unlike(  # noqa: PLR0917 -- what is known of the event, in the order of the public methods
        self,
        expected: FromClient | None,
        cause: Cause,
        type_: str,
        fields: Json,
        rules: Rules,
        refusal: str = "",
    ) -> Mismatch:
        return self._mismatch(
            expected,
            cause,
            type_=type_,
            fields=fields,
            differences=() if expected is None else self._compared(expected, fields, rules),
            nearest=self._nearest(expected, fields, rules),
            refusal=refusal,
        )

    def _mismatch(
        self,
        expected: FromClient | None,
        cause: Cause,
        *,
        type_: str = "",
        fields: Json | None = None,
        differences: tuple[Difference, ...] = (),
        nearest: tuple[Candidate, ...] = (),
        refusal: str = "",
        audio_s: tuple[float, float] | None = None,
    ) -> Mismatch:
        return Mismatch(
            cause=cause,
            recording=self.script.name,
            number=self._number(expected),
            count=len(self._events),
            expected=expected,
            type=type_,
            fields=fields or {},
            differences=differences,
            nearest=nearest,
            dialogue=tuple(said(self._conversation)),
            refusal=refusal,
            audio_s=audio_s,
        )

    # What is expected.

    @property
    def _missing(self) -> Iterator[FromClient]:
        steps = (self.script.steps[index] for index in self.missing)
        return (step for step in steps if isinstance(step, FromClient))

    def _expected(self, type_: str, fields: Json) -> FromClient | None:
        """What should have come; None when the app had said all."""
        came_aside = is_aside(type_, fields)
        of_its_kind = (step for step in self._missing if step.is_aside == came_aside)
        return next(of_its_kind, next(self._missing, None) if came_aside else None)

    @property
    def _lacks_audio(self) -> bool:
        steps = self.script.steps
        return self.position < len(steps) and isinstance(steps[self.position], FromServer)

    @cached_property
    def _events(self) -> list[FromClient]:
        return self.script.from_client

    def _number(self, expected: FromClient | None) -> int:
        return len(self._events) + 1 if expected is None else self._events.index(expected) + 1

    # What comes near, and what came before.

    def _compared(self, step: FromClient, fields: Json, rules: Rules) -> tuple[Difference, ...]:
        found = differences(step.fields, fields, rules, self.identities.trial())
        # Of two events of different types the fields have nothing to do with each other.
        return tuple([each for each in found if each.path == "type"] or found)

    def _nearest(
        self, expected: FromClient | None, fields: Json, rules: Rules
    ) -> tuple[Candidate, ...]:
        """The other recorded events of its kind, those that differ least first."""
        missing = {id(step) for step in self._missing}
        candidates = [
            Candidate(step, self._compared(step, fields, rules), id(step) not in missing)
            for step in self._events
            if step is not expected and _kind(step.fields) == _kind(fields)
        ]
        candidates.sort(key=lambda candidate: len(candidate.differences))
        return tuple(candidates[:NEAREST])

    def _seconds(self, audio_bytes: int) -> float:
        return audio_bytes / self._conversation.session.input_format.bytes_per_ms / 1000

    @cached_property
    def _conversation(self) -> Conversation:
        """What was said until here, by both sides; an app may be ahead of the recording."""
        conversation = Conversation(self.script.header, keep=None)
        missing = frozenset(self.missing)
        for index, step in enumerate(self.script.steps):
            is_said = isinstance(step, FromClient) and step.audio_bytes is None
            if index < self.position or (is_said and index not in missing):
                conversation.receive(seen_of(step, step.payload, step.at))
        return conversation


def _kind(fields: Json) -> tuple[object, object]:
    """A message and an output are created by events of one type, and are not alike."""
    return fields.get("type"), object_of(fields.get("item")).get("type")
