"""The environment in which an app talks to realtap without being changed."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .api_keys import is_azure, key_variable

DUMMY_KEY = "sk-realtap-run"
"""The simulated server takes any key: the person's own has no business there."""

_DIRECT_HOSTS = ("127.0.0.1", "localhost", "::1")

_CA_FILE_VARIABLES = (
    "SSL_CERT_FILE",  # OpenSSL, and what is built on it: Python, Ruby
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
)


def child_environment(
    environ: Mapping[str, str],
    url: str,
    server: str,
    *,
    bundle: Path | None = None,
    proxy_url: str | None = None,
) -> dict[str, str]:
    """What an app gets instead of `environ`.

    Args:
        environ: What it would have without realtap.
        url: The proxy's address, `ws://127.0.0.1:8484/v1`.
        server: The proxy's upstream, by the name that the person gave it.
        bundle: All authorities that are trusted here, and the one of realtap's own TLS.
        proxy_url: Where its connections to other places go, to be opened there.
    """
    place = f"http://{urlsplit(url).netloc}"
    child = dict(environ)
    if is_azure(server):
        child["AZURE_OPENAI_ENDPOINT"] = place
        child["OPENAI_BASE_URL"] = f"{place}/openai/v1"
    else:
        child["OPENAI_BASE_URL"] = f"{place}/v1"
    if server == "sim":
        child[key_variable(server)] = DUMMY_KEY
    if bundle is not None:
        child |= dict.fromkeys(_CA_FILE_VARIABLES, str(bundle))
    if proxy_url is not None:
        # Python and curl look for the small letters first, other programs for the big ones only.
        child |= {"HTTPS_PROXY": proxy_url, "https_proxy": proxy_url}
        # Node 24 and newer read it only with this.
        child["NODE_USE_ENV_PROXY"] = "1"
    # websockets 15 and newer send even ws:// to loopback through HTTPS_PROXY, whoever has set that.
    return child | dict.fromkeys(("NO_PROXY", "no_proxy"), _no_proxy(environ))


def _no_proxy(environ: Mapping[str, str]) -> str:
    """The hosts that the person named, and loopback."""
    given = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    named = [each.strip() for each in given.split(",") if each.strip()]
    return ",".join([*named, *(each for each in _DIRECT_HOSTS if each not in named)])
