"""Who may open a session: what the server reads from the handshake.

As the real server does, it answers 101 to anyone on the right path and refuses afterwards, with an
`error` event and a close code. Only the path is checked by HTTP.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from . import faults
from .dialect import Dialect
from .faults import Fault

SUBPROTOCOL = "realtime"
"""The one subprotocol that is selected when offered; browsers abort when none is."""

_KEY_SUBPROTOCOL = "openai-insecure-api-key."
_BETA_SUBPROTOCOL = "openai-beta.realtime-v1"
_BETA_HEADER = ("openai-beta", "realtime=v1")

_DEPLOYMENT_PATHS = ("/openai/", "/voice-live/")
"""On these servers the model is a deployment with a name of the user's choice."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a handshake asks for."""

    path: str
    query: dict[str, str]
    headers: tuple[tuple[str, str], ...]
    subprotocols: tuple[str, ...]

    @classmethod
    def of(
        cls, target: str, headers: Iterable[tuple[str, str]], subprotocols: Sequence[str]
    ) -> "Request":
        """Read a request target (path and query), headers and offered subprotocols."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        lowered = tuple((name.lower(), value) for name, value in headers)
        return cls(parts.path, query, lowered, tuple(subprotocols))

    @property
    def is_realtime(self) -> bool:
        """Whether the path is one that Realtime servers have."""
        return self.path.endswith("/realtime")

    @property
    def is_transcription(self) -> bool:
        """Whether a transcription session is asked for; those need no model."""
        return self.query.get("intent") == "transcription"

    @property
    def call_id(self) -> str:
        """The call that a side-band socket joins; empty for a session of its own."""
        return self.query.get("call_id") or ""

    @property
    def model(self) -> str:
        """The model or the deployment; empty when none is given."""
        return self.query.get("model") or self.query.get("deployment") or ""

    @property
    def key(self) -> str | None:
        """The key, from whichever place the client put it."""
        headers = dict(self.headers)
        for subprotocol in self.subprotocols:
            if subprotocol.startswith(_KEY_SUBPROTOCOL):
                return subprotocol.removeprefix(_KEY_SUBPROTOCOL)
        bearer = headers.get("authorization", "").partition(" ")[2].strip()
        query = self.query.get("api-key") or self.query.get("api_key")
        return bearer or headers.get("api-key") or query or None

    @property
    def asks_for_beta(self) -> bool:
        """Whether the client believes to speak with a beta server."""
        return _BETA_HEADER in self.headers or _BETA_SUBPROTOCOL in self.subprotocols


def key_fault(key: str | None, bad_keys: Collection[str]) -> Fault | None:
    """Why a key is not good enough; over HTTP, 401 goes with it.

    Args:
        key: None when there is none.
        bad_keys: Beginnings of keys that are refused.
    """
    if key is None:
        return faults.missing_api_key()
    is_bad = any(key.startswith(bad) for bad in bad_keys)
    return faults.invalid_api_key(key) if is_bad else None


def refusal(
    request: Request, *, dialect: Dialect, models: Collection[str], bad_keys: Collection[str]
) -> Fault | None:
    """Why the server ends the connection right after the handshake, if it does.

    Args:
        dialect: What the server speaks.
        models: The models that it has.
        bad_keys: Beginnings of keys that are refused.
    """
    if fault := key_fault(request.key, bad_keys):
        return fault
    if dialect is Dialect.GA and request.asks_for_beta:
        return faults.beta_api_shape_disabled()
    return None if request.is_transcription else _model_fault(request, models)


def _model_fault(request: Request, models: Collection[str]) -> Fault | None:
    if not request.model:
        return faults.missing_model()
    has_deployments = any(part in request.path for part in _DEPLOYMENT_PATHS)
    if not has_deployments and request.model not in models:
        return faults.invalid_model(request.model)
    return None
