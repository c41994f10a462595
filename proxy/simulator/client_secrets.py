"""Ephemeral keys: `POST …/realtime/client_secrets` makes one for a session with settings of its own.

A page in a browser gets such a key from its server, so that the real one never leaves that. Which code
an expired key is refused with was not seen on the wire.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from ...recordings.event import Json
from . import admission, faults
from .admission import Request
from .faults import Fault
from .ids import Ids
from .parsing import parse
from .requested import MakeSession, requested_session
from .rest import RestAnswer, RestRequest, refused
from .schema import Anything, Enum, Integer, Object, nullable, required

ENDPOINT: Final = "/realtime/client_secrets"
PREFIX: Final = "ek_"
"""What ephemeral keys begin with."""
DEFAULT_MODEL: Final = "gpt-realtime"
"""Of a key that was made for no certain model, or by somebody else."""
LIFETIME_S: Final = 600
"""Where the request does not say how long; from 10 s to 2 h may be asked for."""

_SHAPE = Object(
    {
        "expires_after": nullable(
            Object({"anchor": required(Enum("created_at")), "seconds": Integer(10, 7200)})
        ),
        "session": Anything(),
    }
)


@dataclass(frozen=True, slots=True)
class _Secret:
    expires_at: float
    """Wall clock, seconds since the epoch."""
    settings: Json
    """The session's, with the model."""


class ClientSecrets:
    """Makes ephemeral keys, and knows what each was made for. Without sockets.

    Args:
        make_session: Makes a session, to see whether it can be what is asked for.
        models: The models that the server has.
        bad_keys: Beginnings of keys that are refused.
        seed: Keys of another seed are others.
        wall_clock: Seconds since the epoch.
    """

    def __init__(
        self,
        make_session: MakeSession,
        *,
        models: Collection[str],
        bad_keys: Collection[str],
        seed: str,
        wall_clock: Callable[[], float],
    ) -> None:
        self._make_session = make_session
        self._models = models
        self._bad_keys = bad_keys
        self._ids = Ids(f"{seed}/client_secrets")
        self._wall_clock = wall_clock
        self._secrets: dict[str, _Secret] = {}

    def answers(self, request: RestRequest) -> bool:
        """Whether a request asks for a key."""
        return request.method == "POST" and request.path.endswith(ENDPOINT)

    def answer(self, request: RestRequest) -> RestAnswer:
        """What the server answers."""
        key = Request.of(request.target, request.headers, ()).key
        if fault := self.key_fault(key):
            return refused(HTTPStatus.UNAUTHORIZED, fault)
        body = parse(request.body.decode(errors="replace") or "{}")
        fault = body if isinstance(body, Fault) else _SHAPE.check(body, "")
        if fault is not None or not isinstance(body, dict):
            return refused(HTTPStatus.BAD_REQUEST, fault or faults.invalid_json())
        return self._make(body)

    def _make(self, body: Json) -> RestAnswer:
        settings = body.get("session")
        session = requested_session(
            settings, default_model=DEFAULT_MODEL, models=self._models, make=self._make_session
        )
        if isinstance(session, Fault):
            return refused(HTTPStatus.BAD_REQUEST, session)
        lasts_s = (body.get("expires_after") or {}).get("seconds") or LIFETIME_S
        expires_at = int(self._wall_clock()) + lasts_s
        value = self._ids.ephemeral_key()
        shown = session.settings
        self._secrets[value] = _Secret(
            expires_at, {"model": shown.get("model"), **(settings or {})}
        )
        made = {"value": value, "expires_at": expires_at, "session": shown}
        return RestAnswer(HTTPStatus.OK, json.dumps(made).encode())

    def settings_of(self, key: str | None) -> Json | None:
        """The settings that a key was made with; None for every other key."""
        secret = self._secrets.get(key or "")
        return None if secret is None else secret.settings

    def key_fault(self, key: str | None) -> Fault | None:
        """Why a key is not good enough, or not any more; over HTTP, 401 goes with it."""
        secret = self._secrets.get(key or "")
        if secret is not None and secret.expires_at <= self._wall_clock():
            return faults.invalid_api_key(str(key))
        return admission.key_fault(key, self._bad_keys)
