"""What is known of each kind of Realtime server, and which one a recording talks to.

A profile holds facts that were seen in real sessions, so that a rule can ask "does this server send
that at all?" before it calls something missing. It does not say which dialect an event is in: see
`dialects`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import UsageError
from .event import Header


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts about one kind of server; the defaults are those of OpenAI."""

    name: str
    """`openai-ga`, `azure-ga`, `azure-voice-live`, `xai` or `generic`."""
    sends_item_done: bool = True
    """Sends `conversation.item.done` for each item of a response."""
    sends_rate_limits: bool = True
    """Sends `rate_limits.updated` after a response."""
    accepts_beta_names: bool = False
    """Takes the flat session fields of the beta."""
    requires_session_type: bool = True
    """Refuses a `session.update` without `session.type`."""
    echoes_conversation_id: bool = True
    """Names the conversation in each response, so that null there means out of band."""
    sends_transcription_usage: bool = True
    """Counts the tokens or seconds of a transcription."""
    own_client_types: frozenset[str] = frozenset()
    """Client events that this server knows beside those of the protocol."""
    off: frozenset[str] = frozenset()
    """Slugs of the findings that make no sense at this server."""


_VOICE_LIVE_CLIENT_TYPES = frozenset(
    {
        "input_audio.clear",
        "input_audio.turn.append",
        "input_audio.turn.cancel",
        "input_audio.turn.end",
        "input_audio.turn.start",
        "input_text.delta",
        "input_text.done",
        "mcp_approval_response",
        "session.avatar.connect",
    }
)

OPENAI_GA = Profile("openai-ga")
AZURE_GA = Profile("azure-ga", sends_rate_limits=False)
AZURE_VOICE_LIVE = Profile(
    "azure-voice-live",
    # One is sent after a user item that VAD committed, none for the items of responses.
    sends_item_done=False,
    sends_rate_limits=False,
    accepts_beta_names=True,
    requires_session_type=False,
    sends_transcription_usage=False,
    own_client_types=_VOICE_LIVE_CLIENT_TYPES,
)
XAI = Profile(
    "xai",
    sends_item_done=False,
    sends_rate_limits=False,
    accepts_beta_names=True,
    requires_session_type=False,
    echoes_conversation_id=False,
    sends_transcription_usage=False,
)
GENERIC = Profile(
    "generic",
    sends_item_done=False,
    sends_rate_limits=False,
    accepts_beta_names=True,
    requires_session_type=False,
    echoes_conversation_id=False,
    sends_transcription_usage=False,
)
"""A server that nothing is known of: nothing is expected of it."""

PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (OPENAI_GA, AZURE_GA, AZURE_VOICE_LIVE, XAI, GENERIC)
}
"""All profiles by their names."""


def profile_named(name: str) -> Profile:
    """The profile of this name.

    Raises:
        UsageError: There is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(PROFILES)
        raise UsageError(f"there is no profile {name!r}; the profiles are {known}") from None


def profile_for(header: Header | None) -> Profile:
    """The profile of the server that a recording talked to, by the address that was dialled."""
    try:
        address = urlsplit(header.upstream if header else "")
        host = (address.hostname or "").lower()
    except ValueError:
        return GENERIC
    path = address.path.lower()
    if host == "api.openai.com" or host.endswith(".api.openai.com"):
        return OPENAI_GA
    if host == "api.x.ai" or host.endswith(".api.x.ai"):
        return XAI
    if _is_azure(host):
        if "/voice-live/" in f"{path}/" or "/voice-agent/" in f"{path}/":
            return AZURE_VOICE_LIVE
        # `/openai/realtime` with an api-version is the preview, which still speaks beta.
        return AZURE_GA if "/openai/v1/" in f"{path}/" else GENERIC
    return GENERIC


_AZURE_ENDINGS = (
    ".openai.azure.com",
    ".services.ai.azure.com",
    ".cognitiveservices.azure.com",
    ".openai.azure.us",
)


def _is_azure(host: str) -> bool:
    return host.endswith(_AZURE_ENDINGS)
