"""Findings about the dialect: beta names at a GA server, GA names at a beta server.

The rules belong to the family `session`. What the server speaks is read from the session that it
tells, or known from its profile; each finding gives the exact new spelling of each field.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..conversation import Conversation, Seen
from ..dialects import normal_session
from ..event import Header, Json
from ..plain import object_of, text_of
from .finding import Finding, Severity
from .handshake import header_values, offered_subprotocols
from .rule import Rule
from .settings import differences
from .spelling import (
    REMOVED,
    RESPONSE_NAMES,
    SESSION_NAMES,
    Spelling,
    beta_fields,
    ga_fields,
    in_beta,
    in_ga,
    spelling_of,
)
from .suspicion import Suspicion
from .verdict import ANSWERED, ASKED, AwaitsVerdict, is_strict

_WITH_GREETING = ASKED | ANSWERED | {"session.created"}


class _KnowsServer(AwaitsVerdict):
    """Knows how the server spells its session."""

    kinds = _WITH_GREETING

    def __init__(self) -> None:
        super().__init__()
        self._server = Spelling.NEITHER

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        if seen.kind in {"session.created", "session.updated"}:
            self._server = spelling_of(object_of(seen.fields.get("session")))
        return super().receive(seen, state)


class BetaFieldsOnGaServer(_KnowsServer):
    """Flat names of the beta in a `session.update` or `response.create` to a GA server."""

    slug = "beta-fields-on-ga-server"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        body, names, place = _body(seen)
        old = beta_fields(body, names)
        is_old_event = seen.type == "transcription_session.update"
        if not old and not is_old_event:
            return None
        spelled = ["its name"] if is_old_event else []
        spelled += [f"`{place}.{name}`" for name in old]
        return self.suspicion(
            seen,
            f"the {seen.type} at event {seen.seq} is written in the beta dialect, and the server "
            f"speaks GA: {', '.join(spelled)}",
            _advice(seen, body, old, names),
            params=(place, "type") if is_old_event else (place,),
            words=[f"{place}.", seen.type, *(f"'{name}'" for name in old)],
            needs_error=not is_strict(state),
        )

    def is_guilty(self, state: Conversation) -> bool:
        return is_strict(state) or self._server is Spelling.GA


def _advice(seen: Seen, body: Json, old: list[str], names: Mapping[str, str]) -> str:
    """What to write in place of the beta's names."""
    renamed = [in_ga(name, body[name], names) for name in old if names[name] != REMOVED]
    removed = [f"`{name}`" for name in old if names[name] == REMOVED]
    advice = []
    if seen.type == "transcription_session.update":
        advice.append('send `session.update` with `session.type` = `"transcription"`')
    elif seen.kind == "session.update" and "type" not in body:
        advice.append('add `session.type` = `"realtime"`')
    if renamed:
        advice.append(f"write {', '.join(renamed)}")
    if removed:
        advice.append(f"leave out {', '.join(removed)}, which GA does not have")
    return "; ".join(advice)


def _body(seen: Seen) -> tuple[Json, Mapping[str, str], str]:
    """The settings in an event, the beta names that they can have, and the path to them."""
    if seen.kind == "session.update":
        return object_of(seen.fields.get("session")), SESSION_NAMES, "session"
    return object_of(seen.fields.get("response")), RESPONSE_NAMES, "response"


_LIMIT = "max_output_tokens"


class GaFieldsOnBetaServer(_KnowsServer):
    """Nested names of GA, to a server that speaks beta: they have no effect."""

    slug = "ga-fields-on-beta-server"
    severity = Severity.ERROR
    kept: Final = 100

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[int, Suspicion] = {}

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        update = state.session.unanswered
        yield from super().receive(seen, state)
        if seen.kind != "session.updated" or update is None:
            return
        suspicion = self._asked.pop(update.seq, None)
        if suspicion is not None and self._server is Spelling.BETA:
            answer = normal_session(object_of(seen.fields.get("session")))
            if differences(update.normal, answer):
                yield self._verdict(suspicion, seen.at, seen.seq)

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        body, _, place = _body(seen)
        if is_strict(state) or spelling_of(body) is not Spelling.GA:
            return None
        # Voice Live speaks beta and has GA's `max_output_tokens` in responses.
        paths = [each for each in ga_fields(body) if place == "session" or each != _LIMIT]
        if not paths:
            return None
        suspicion = self.suspicion(
            seen,
            f"the {seen.type} at event {seen.seq} is written in the GA dialect, and the server "
            f"speaks beta: {', '.join(f'`{place}.{path}`' for path in paths)}",
            f"write {', '.join(in_beta(path) for path in paths)}, or use the server's GA endpoint",
            params=(place,),
            words=(f"{place}.", "output_modalities", "max_output_tokens"),
            needs_error=True,
        )
        self._asked[seen.seq] = suspicion
        if len(self._asked) > self.kept:
            del self._asked[next(iter(self._asked))]
        return suspicion

    def is_guilty(self, state: Conversation) -> bool:  # noqa: ARG002 # the server's own words decide
        return self._server is Spelling.BETA


class SessionTypeMissing(AwaitsVerdict):
    """A GA `session.update` without `session.type`."""

    slug = "session-type-missing"
    severity = Severity.ERROR

    def suspect(self, seen: Seen, state: Conversation) -> Suspicion | None:
        body = object_of(seen.fields.get("session"))
        is_beta = spelling_of(body) in {Spelling.BETA, Spelling.BOTH}
        if seen.type != "session.update" or "type" in body or is_beta or not body:
            return None  # with beta names in it, `beta-fields-on-ga-server` says the rest
        return self.suspicion(
            seen,
            f"the session.update at event {seen.seq} has no `session.type`, which the GA API requires",
            'add `"type": "realtime"` to the session, or "transcription" for a session that only '
            "transcribes: without it the whole update is refused",
            params=("session.type",),
            words=("session.type",),
            needs_error=not (is_strict(state) and state.profile.requires_session_type),
        )


_BETA_HEADER = "realtime=v1"
_BETA_SUBPROTOCOL = "openai-beta.realtime-v1"
_BETA_DISABLED = "beta_api_shape_disabled"


class BetaHeaderOnGaServer(Rule):
    """The handshake asks OpenAI for the beta, which was closed on 2026-05-12."""

    slug = "beta-header-on-ga-server"
    severity = Severity.ERROR
    kinds = frozenset({"error"})

    def __init__(self) -> None:
        self._is_told = False

    def begin(self, state: Conversation) -> Iterator[Finding]:
        if state.profile.name == "openai-ga":
            yield from self._tell(0.0 if state.opened is None else state.opened.at, state)

    def receive(self, seen: Seen, state: Conversation) -> Iterator[Finding]:
        if text_of(object_of(seen.fields.get("error")).get("code")) == _BETA_DISABLED:
            yield from self._tell(seen.at, state, seen.seq)

    def _tell(self, at: float, state: Conversation, error_seq: int = 0) -> Iterator[Finding]:
        asked = _asks_for_beta(state.header)
        if self._is_told or not (asked or error_seq):
            return
        self._is_told = True
        yield self.finding(
            at,
            (error_seq,),
            f"the handshake asks for the beta API{f' with {asked}' if asked else ''}, and the server "
            "has only GA: it answers `beta_api_shape_disabled` and closes with code 4000",
            "remove it, which mostly means to update the client library to a version that speaks GA, "
            "and rename the events and fields of the beta",
        )


def _asks_for_beta(header: Header | None) -> str:
    """What in the handshake asks for the beta, in words."""
    if any(value.strip() == _BETA_HEADER for value in header_values(header, "OpenAI-Beta")):
        return f"the header `OpenAI-Beta: {_BETA_HEADER}`"
    return (
        f"the subprotocol `{_BETA_SUBPROTOCOL}`"
        if _BETA_SUBPROTOCOL in offered_subprotocols(header)
        else ""
    )


RULES: tuple[type[Rule], ...] = (
    BetaFieldsOnGaServer,
    GaFieldsOnBetaServer,
    SessionTypeMissing,
    BetaHeaderOnGaServer,
)
