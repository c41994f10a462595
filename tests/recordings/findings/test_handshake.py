"""What the handshake of a session tells."""

from typing import Any

from realtap.recordings.event import Header
from realtap.recordings.findings.handshake import (
    agent_of,
    header_values,
    is_sideband,
    offered_subprotocols,
    query_names,
)


def header(upstream: str = "wss://example/v1/realtime", **facts: Any) -> Header:
    return Header("id", "2026-01-01T00:00:00Z", facts.pop("via", "reverse"), upstream, **facts)


def test_headers_are_found_whatever_their_case() -> None:
    made = header(request={"headers": [["origin", "a"], ["Origin", "b"], ["X", "c"]]})
    assert header_values(made, "ORIGIN") == ["a", "b"]


def test_anything_in_the_place_of_a_handshake_is_taken() -> None:
    for request in (
        {},
        {"headers": 3, "subprotocols": 4, "path": 5},
        {"headers": [3, ["a"], [1, 2]]},
    ):
        made = header(upstream="wss://[bad", request=request)
        assert header_values(made, "Origin") == []
        assert offered_subprotocols(made) == []
        assert query_names(made) == {}
        assert agent_of(made) == ""
    assert agent_of(None) == ""
    assert query_names(None) == {}


def test_query_is_that_of_the_request_or_else_of_the_upstream() -> None:
    asked = header("wss://example/v1/realtime?model=a", request={"path": "/v1/realtime?model=b"})
    assert query_names(asked) == {"model": "b"}
    assert query_names(header("wss://example/v1/realtime?model=a")) == {"model": "a"}


def test_client_is_known_by_its_user_agent() -> None:
    assert agent_of(header(client={"agent": "A/1"})) == "A/1"
    assert agent_of(header(request={"headers": [["User-Agent", "B/2"]]})) == "B/2"


def test_side_band_is_known_by_its_call_id() -> None:
    assert is_sideband(header("wss://example/v1/realtime?call_id=rtc_1"))
    assert is_sideband(header(via="sideband"))
    assert not is_sideband(header())
    assert not is_sideband(None)
