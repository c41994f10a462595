"""How a connection is opened, and how long it may last."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from judged_dialogue import found_in, found_in_entries
from scenes import ga_session, session, text_turn
from transcript import Step, client, closed, frame, only, server, slugs, transcript, wait
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Header, Json, Opened, Side
from realtap.recordings.findings import lifecycle as family
from realtap.recordings.findings.finding import Finding, Severity
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

BROWSER = [("Origin", "https://app.example")]


def findings_in(*steps: Step, **options: Any) -> list[Finding]:
    return found_in(family, *steps, **options)


# handshake-refused, upstream-unreachable


def refused(status: int, body: str | None = None) -> list[Finding]:
    entries = [
        replace(each, status=status, body=body) if isinstance(each, Opened) else each
        for each in transcript(closed(1006, by=Side.SERVER))
    ]
    return found_in_entries(family, entries)


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "the key"), (404, "address"), (302, "redirects"), (503, "later")]
)
def test_refused_handshake_is_told_with_what_the_server_says(status: int, advice: str) -> None:
    (found,) = refused(status, '{"error": "no"}')
    assert found.slug == "handshake-refused"
    assert found.severity is Severity.ERROR
    assert f'HTTP {status}: {{"error": "no"}}' in found.what
    assert advice in found.todo


def test_server_that_does_not_answer_is_told_in_the_proxys_words() -> None:
    (found,) = refused(502, "realtap: upstream wss://nowhere: cannot be reached")
    assert found.slug == "upstream-unreachable"
    assert found.severity is Severity.ERROR
    assert "upstream wss://nowhere: cannot be reached" in found.what


def left(via: str, path: str) -> list[Finding]:
    """What is found when a client leaves before there is an answer."""
    entries = [
        replace(each, via=via, request={"path": path}) if isinstance(each, Header) else each
        for each in transcript(closed(1006, "the app does not trust realtap's CA"))
        if not isinstance(each, Opened)
    ]
    return found_in_entries(family, entries)


@pytest.mark.parametrize("via", ["tls", "mitm:regular"])
def test_client_that_leaves_at_the_certificate_is_told_what_to_trust(via: str) -> None:
    (found,) = left(via, "")
    assert (found.slug, found.severity) == ("certificate-not-trusted", Severity.ERROR)
    assert "does not trust realtap's CA" in found.what
    assert "realtap ca" in found.todo


def test_client_that_leaves_after_its_request_has_seen_the_certificate() -> None:
    assert "certificate-not-trusted" not in slugs(left("tls", "/v1/realtime"))
    assert "certificate-not-trusted" not in slugs(left("reverse", ""))


async def test_handshake_that_fails_is_told_through_the_proxy(
    make_proxy: Callable[..., Proxy], folder: RecordingsFolder
) -> None:
    async with Simulator(fast=True) as simulator:
        url = simulator.url
        async with make_proxy(url) as proxy:
            with pytest.raises(InvalidStatus):
                await connect(f"{proxy.url}/nowhere")
    async with make_proxy(url) as proxy:
        with pytest.raises(InvalidStatus):
            await connect(f"{proxy.url}/realtime?model=gpt-realtime")
    found = [found_in_entries(family, Recording(path).entries()) for path in folder.paths()]
    assert sorted(each.slug for (each,) in found) == ["handshake-refused", "upstream-unreachable"]


def test_session_that_opens_is_fine() -> None:
    assert slugs(findings_in(session(), text_turn(), closed())) == []


# subprotocol-not-selected


def test_client_that_leaves_because_no_subprotocol_was_selected_is_told() -> None:
    found = findings_in(
        session(), closed(1006), offered=["realtime", "openai-insecure-api-key.[redacted]"]
    )
    assert slugs(found, at_least=Severity.WARNING) == ["subprotocol-not-selected"]
    assert found[0].severity is Severity.ERROR
    assert "realtime, openai-insecure-api-key" in found[0].what


def test_client_that_goes_on_without_a_subprotocol_is_fine() -> None:
    assert slugs(findings_in(session(), text_turn(), closed(1006), offered=["realtime"])) == []
    found = findings_in(session(), closed(1006), offered=["realtime"], selected="realtime")
    assert slugs(found) == []


def test_server_that_ends_the_session_has_another_reason() -> None:
    ended = closed(4000, "invalid_request_error.invalid_model", by=Side.SERVER)
    assert "subprotocol-not-selected" not in slugs(findings_in(ended, offered=["realtime"]))


def test_end_of_a_recording_is_no_client_that_leaves() -> None:
    assert slugs(findings_in(session(), offered=["realtime"])) == []


# standard-key-in-browser, key-in-url


def test_key_in_a_browser_whose_kind_is_redacted_is_worth_knowing() -> None:
    offered = ["realtime", "openai-insecure-api-key.[redacted]"]
    found = findings_in(headers=BROWSER, offered=offered, selected="realtime")
    assert slugs(found) == ["standard-key-in-browser"]
    assert found[0].severity is Severity.INFO
    assert "https://app.example" in found[0].what


def test_standard_key_in_a_browser_is_an_error() -> None:
    offered = ["realtime", "openai-insecure-api-key.sk-[redacted]"]
    found = findings_in(headers=BROWSER, offered=offered, selected="realtime")
    assert found[0].severity is Severity.ERROR
    assert "sk-…" in found[0].what


def test_ephemeral_key_in_a_browser_and_any_key_elsewhere_are_fine() -> None:
    ephemeral = ["realtime", "openai-insecure-api-key.ek_[redacted]"]
    assert slugs(findings_in(headers=BROWSER, offered=ephemeral, selected="realtime")) == []
    redacted = ["realtime", "openai-insecure-api-key.[redacted]"]
    assert slugs(findings_in(offered=redacted, selected="realtime")) == []


def test_key_in_the_query_is_told_by_its_name_only() -> None:
    url = "wss://demo.openai.azure.com/openai/v1/realtime?model=m&api-key=%5Bredacted%5D"
    found = findings_in(upstream=url)
    assert slugs(found) == ["key-in-url"]
    assert found[0].severity is Severity.WARNING
    assert "`api-key`" in found[0].what


def test_token_in_the_query_is_made_to_be_there() -> None:
    assert slugs(findings_in(upstream="wss://example/v1/realtime?token=x&model=m")) == []


# session-expiring


def expiring(*steps: Step, expires_at: int) -> list[Finding]:
    greeting = server("session.created", session=ga_session(expires_at=expires_at))
    return findings_in(greeting, *steps, started="2026-01-01T00:00:00Z")


NEW_YEAR_S = 1_767_225_600
"""2026-01-01T00:00:00Z."""


def test_session_near_its_end_is_told_and_becomes_a_warning() -> None:
    end = NEW_YEAR_S + 3600
    assert slugs(expiring(wait(3200), client("response.cancel"), expires_at=end)) == []
    (found,) = expiring(wait(3350), client("response.cancel"), wait(1), expires_at=end)
    assert found.slug == "session-expiring"
    assert found.severity is Severity.INFO
    (found,) = expiring(wait(3350), client("response.cancel"), wait(200), expires_at=end)
    assert found.severity is Severity.WARNING
    assert "1 minute" in found.what


def test_end_that_cannot_be_true_is_not_told() -> None:
    for end in (0, NEW_YEAR_S - 10, NEW_YEAR_S + 10 * 24 * 3600):
        assert slugs(expiring(wait(300), client("response.cancel"), wait(60), expires_at=end)) == []


def test_end_is_not_known_without_the_time_of_the_beginning() -> None:
    greeting = server("session.created", session=ga_session(expires_at=NEW_YEAR_S + 3600))
    steps: list[Step] = [greeting, wait(3350), client("response.cancel"), wait(1)]
    for started in ("some day", "0001-01-01T00:00:00+23:59"):
        assert slugs(findings_in(*steps, started=started)) == []


# message-too-big-for-client, client-message-too-big


def retrieved(size_bytes: int) -> Step:
    item: Json = {"id": "item_1", "content": [{"audio": "A" * size_bytes}]}
    return server("conversation.item.retrieved", item=item)


@pytest.mark.parametrize(
    ("agent", "size_mib", "is_told"),
    [
        ("Python/3.13 websockets/15.0", 2, True),
        ("Python/3.13 aiohttp/3.12", 5, True),
        ("Python/3.13 aiohttp/3.12", 2, False),
        ("LiveKit Agents", 5, True),
        ("Agents/Python 0.24.0", 9, True),
        ("Agents/Python 0.24.0", 7, False),
        ("AsyncOpenAI/Python 3.51.0", 20, False),
        ("", 20, False),
    ],
)
def test_message_is_too_big_by_the_limit_of_the_client_that_is_connected(
    agent: str, size_mib: int, *, is_told: bool
) -> None:
    found = findings_in(session(), retrieved(size_mib * 2**20), client={"agent": agent})
    assert slugs(found) == (["message-too-big-for-client"] if is_told else [])
    if is_told:
        assert found[0].severity is Severity.WARNING
        assert "conversation.item.retrieved" in found[0].what


def test_message_of_the_client_beyond_sixteen_mebibytes_is_an_error() -> None:
    message = '{"type":"conversation.item.create","item":{"x":"%s"}}'
    near = findings_in(session(), frame(Side.CLIENT, message % ("A" * 9 * 2**20)))
    assert only(near, "client-message-too-big").severity is Severity.WARNING
    over = findings_in(session(), frame(Side.CLIENT, message % ("A" * 17 * 2**20)))
    assert only(over, "client-message-too-big").severity is Severity.ERROR
    assert slugs(findings_in(session(), frame(Side.CLIENT, message % ("A" * 2**20)))) == []
