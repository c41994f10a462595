"""Which proxy a network asks for, and how it is named."""

import pytest
from connect_proxy import VARIABLES

from realtap.proxy.http_proxy import HttpProxy, is_loopback, parse_http_proxy, proxy_before
from realtap.proxy.wire.handshake import HandshakeError


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


CORP, OTHER = "http://corp.example:3128", "http://other.example:8080"


@pytest.mark.parametrize(
    ("environ", "is_tls", "expected"),
    [
        ({"HTTPS_PROXY": CORP}, True, "HTTPS_PROXY"),
        ({"https_proxy": CORP}, True, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": CORP}, False, "HTTPS_PROXY"),
        ({"http_proxy": CORP}, False, "HTTP_PROXY"),
        ({"http_proxy": CORP}, True, None),
        ({"ALL_PROXY": CORP}, True, "ALL_PROXY"),
        ({"all_proxy": CORP}, False, "ALL_PROXY"),
        ({"HTTPS_PROXY": CORP, "ALL_PROXY": "socks5://s:1"}, True, "HTTPS_PROXY"),
        ({"HTTP_PROXY": OTHER, "HTTPS_PROXY": CORP}, False, "HTTPS_PROXY"),
        ({"WSS_PROXY": CORP, "HTTPS_PROXY": OTHER}, True, "WSS_PROXY"),
        ({"HTTPS_PROXY": ""}, True, None),
        ({"HTTPS_PROXY": CORP, "NO_PROXY": "x.example, .openai.com"}, True, None),
        ({"HTTPS_PROXY": CORP, "no_proxy": "*"}, True, None),
        ({"HTTPS_PROXY": CORP, "NO_PROXY": "api.openai.com:443"}, True, None),
        ({"HTTPS_PROXY": CORP, "NO_PROXY": "api.openai.com:444"}, True, "HTTPS_PROXY"),
    ],
)
def test_the_environment_names_the_proxy(
    environ: dict[str, str],
    *,
    is_tls: bool,
    expected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = proxy_before("api.openai.com", 443, is_tls=is_tls)
    assert (found.named_by if found else None) == expected
    assert found is None or found.place == "corp.example:3128"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "app.localhost", "0.0.0.0"]
)
def test_this_machine_is_called_directly(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", CORP)
    assert is_loopback(host)
    assert proxy_before(host, 8000, is_tls=True) is None


def test_a_proxy_of_the_systems_settings_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": CORP})
    found = proxy_before("api.openai.com", 443, is_tls=True)
    assert found is not None
    assert found.named_by == "the system's settings"


@pytest.mark.parametrize(
    ("url", "host", "port", "is_tls"),
    [
        ("http://corp.example:3128/", "corp.example", 3128, False),
        ("corp.example:3128", "corp.example", 3128, False),
        ("http://corp.example", "corp.example", 80, False),
        ("https://corp.example", "corp.example", 443, True),
        ("http://[::1]:3128", "::1", 3128, False),
    ],
)
def test_a_proxys_url_is_read(url: str, host: str, port: int, *, is_tls: bool) -> None:
    found = parse_http_proxy(url)
    assert (found.host, found.port, found.is_tls) == (host, port, is_tls)
    assert found.authorization is None
    assert found.is_on_loopback == (host == "::1")


def test_name_and_password_are_decoded_and_never_shown() -> None:
    found = parse_http_proxy("http://j%40corp:p%3Aw%C3%BC@corp.example:3128")
    # "j@corp:p:wü"
    assert found.authorization == "Basic akBjb3JwOnA6d8O8"
    assert "akBjb3Jw" not in repr(found)
    assert found.place == "corp.example:3128"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("socks5://me:hidden@s.example:1080", "SOCKS proxy, socks5://s.example:1080"),
        ("socks5h://s.example", "SOCKS"),
        ("ftp://me:hidden@s.example", "write it as http://proxy.example:3128"),
        ("http://me:hidden@s.example:99999", "write it as"),
        ("http://me:hidden@", "write it as"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(url: str, words: str) -> None:
    with pytest.raises(HandshakeError, match=words) as caught:
        parse_http_proxy(url, named_by="ALL_PROXY")
    assert str(caught.value).startswith("ALL_PROXY names ")
    assert "hidden" not in str(caught.value)


def test_an_ipv6_address_is_told_in_brackets() -> None:
    assert HttpProxy("fd00::1", 3128).place == "[fd00::1]:3128"
