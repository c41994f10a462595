"""What the handshake of a session tells: headers, subprotocols, query, which client it was.

Reads `Header.request` and `Header.client`, which are as good as the writer of the recording: any
shape is taken, and what is not there is empty.
"""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from ..event import Header
from ..plain import text_of


def header_values(header: Header | None, name: str) -> list[str]:
    """The values of a header of the client's request, whatever the case of its name."""
    return [value for each, value in _pairs(header) if each.lower() == name.lower()]


def offered_subprotocols(header: Header | None) -> list[str]:
    """The subprotocols that the client offered, secrets redacted."""
    offered = header.request.get("subprotocols") if header else None
    return (
        [each.strip() for each in offered if isinstance(each, str)]
        if isinstance(offered, list)
        else []
    )


def is_without_request(header: Header) -> bool:
    """Whether the client left when it saw the certificate of its TLS: it never asked for anything."""
    has_tls = header.via == "tls" or header.via.startswith("mitm:")
    return has_tls and header.request.get("path") == ""


def query_names(header: Header | None) -> dict[str, str]:
    """The query of the request, each name with its first value."""
    if header is None:
        return {}
    try:
        query = (
            urlsplit(text_of(header.request.get("path"))).query or urlsplit(header.upstream).query
        )
    except ValueError:
        return {}
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def agent_of(header: Header | None) -> str:
    """The client's User-Agent; empty when it sent none."""
    if header is None:
        return ""
    return text_of(header.client.get("agent")) or next(
        iter(header_values(header, "User-Agent")), ""
    )


def is_sideband(header: Header | None) -> bool:
    """Whether this connection joined a call whose audio runs elsewhere (WebRTC, telephony)."""
    return header is not None and (header.via == "sideband" or "call_id" in query_names(header))


def _pairs(header: Header | None) -> Iterator[tuple[str, str]]:
    pairs = header.request.get("headers") if header else None
    if not isinstance(pairs, list | tuple):
        return
    for pair in pairs:
        match pair:
            case [str() as name, str() as value]:
                yield name, value
            case _:
                continue
