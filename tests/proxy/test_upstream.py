"""Where sessions go, as a person names it."""

import pytest

from realtap.proxy.upstream import parse_upstream
from realtap.recordings.errors import UsageError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("openai", "wss://api.openai.com/v1/realtime?model=m"),
        ("xai", "wss://api.x.ai/v1/realtime?model=m"),
        ("azure:my-resource", "wss://my-resource.openai.azure.com/v1/realtime?model=m"),
        ("ws://localhost:9000", "ws://localhost:9000/v1/realtime?model=m"),
        ("ws://[::1]:9000/", "ws://[::1]:9000/v1/realtime?model=m"),
        ("wss://gate.example:443/eu", "wss://gate.example/eu/v1/realtime?model=m"),
        ("wss://gate.example/v1", "wss://gate.example/v1/realtime?model=m"),
        ("wss://gate.example/v1/realtime", "wss://gate.example/v1/realtime?model=m"),
    ],
)
def test_an_upstream_and_a_request_make_the_url_that_is_dialled(text: str, url: str) -> None:
    assert parse_upstream(text).url("/v1/realtime?model=m") == url


def test_a_prefix_is_not_taken_for_part_of_a_longer_name() -> None:
    assert parse_upstream("ws://h/v1").prefix_for("/v10/realtime") == "/v1"


def test_the_host_header_has_the_port_only_when_it_is_not_the_default() -> None:
    assert parse_upstream("ws://h:80").host_header == "h"
    assert parse_upstream("ws://h:81").host_header == "h:81"
    assert parse_upstream("wss://h:80").host_header == "h:80"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("opnai", "expected openai"),
        ("https://api.openai.com", "expected openai"),
        ("azure:", "azure:RESOURCE"),
        ("azure:a/b", "azure:RESOURCE"),
        ("ws://h:99999", "not a URL"),
        ("ws://", "expected openai"),
        ("wss://user:pass@h", "query and keys"),
        ("wss://h/?api-key=secret", "query and keys"),
    ],
)
def test_an_upstream_that_cannot_be_taken_is_a_usage_error_that_says_what_can(
    text: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse_upstream(text)
    assert "secret" not in str(caught.value)
    assert "pass" not in str(caught.value)
