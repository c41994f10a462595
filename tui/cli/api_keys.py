"""The key for a server, from the variable that its clients use."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ...recordings.errors import UsageError

_DUMMY_KEY = "sk-realtap-local"
"""A simulated server wants a key and takes any."""

_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_azure(server: str) -> bool:
    """Whether a server, by the name or URL that a person gave it, is one of Azure."""
    return server.startswith("azure:") or ".azure.com" in server


def key_variable(server: str) -> str:
    """The environment variable that holds the key for a server."""
    if is_azure(server):
        return "AZURE_OPENAI_API_KEY"
    return "XAI_API_KEY" if server == "xai" or ".x.ai" in server else "OPENAI_API_KEY"


def key_headers(server: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The headers with the key.

    Args:
        server: The upstream by the name or URL that a person gave it.
        environ: Where the key is.

    Raises:
        UsageError: There is none, and the server is not on this machine.
    """
    variable = key_variable(server)
    is_local = server == "sim" or urlsplit(server).hostname in _LOCAL_HOSTS
    key = environ.get(variable) or (_DUMMY_KEY if is_local else "")
    if not key:
        raise UsageError(f"{server} wants a key: put it into {variable}")
    return {"api-key": key} if is_azure(server) else {"Authorization": f"Bearer {key}"}
