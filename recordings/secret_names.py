"""Names that tell a secret: of headers, query parameters, subprotocols and JSON members.

Names only; no value is judged here, but those of subprotocols, which carry a key in their name.
"""

import re

_WORDS = (
    r"authorization|api[-_]?key|access[-_]?key|subscription[-_]?key|access[-_]?token|auth[-_]?token"
    r"|token|secret|signature|password|cookie|jwt[-_]?assertion"
)
_NAME = re.compile(rf"(?:.*[-_.])?(?:{_WORDS}|set-cookie)", re.IGNORECASE)
_PARAMETER = re.compile(rf"(?:.*[-_.])?(?:{_WORDS}|credential|key|sig|auth|jwt)", re.IGNORECASE)
_SUBPROTOCOL = re.compile(
    r"((?:.*[-_.])?(?:api[-_]?key|secret|token|bearer|authorization))\.(.+)",
    re.IGNORECASE | re.DOTALL,
)
_OPEN_SUBPROTOCOLS = (
    "openai-organization.",
    "openai-project.",
    "openai-agents-sdk.",
    "openai-beta.",
)
_OPAQUE = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9._~+/=-]{24,}")

_MEMBERS = frozenset(
    {
        "access_token",
        "api-key",
        "api_key",
        "authorization",
        "client_secret",
        "ocp-apim-subscription-key",
        "proxy-authorization",
        "x-api-key",
        "x-goog-api-key",
    }
)


def is_secret_header(name: str) -> bool:
    """Whether a header of this name carries a secret: `Authorization`, `x-goog-api-key`, cookies."""
    return _NAME.fullmatch(name.strip()) is not None


def is_secret_parameter(name: str) -> bool:
    """Whether a query parameter of this (decoded) name carries a secret: `api-key`, `sig`."""
    return _PARAMETER.fullmatch(name.strip()) is not None


def is_secret_member(name: str) -> bool:
    """Whether a string under this name in a JSON body is a secret.

    Only unmistakable names: `token` is also a word of a transcript's logprobs, `key` anything.
    """
    return name.lower() in _MEMBERS


def split_subprotocol(subprotocol: str) -> tuple[str, str] | None:
    """A subprotocol's name with its separator, and the secret behind it; None without one.

    Browsers cannot set headers, so keys travel as `openai-insecure-api-key.KEY` and
    `xai-client-secret.SECRET`. A long opaque word is taken for a bare token.
    """
    if named := _SUBPROTOCOL.fullmatch(subprotocol):
        return f"{named[1]}.", named[2]
    if subprotocol.startswith(_OPEN_SUBPROTOCOLS) or not _OPAQUE.fullmatch(subprotocol):
        return None
    return "", subprotocol
