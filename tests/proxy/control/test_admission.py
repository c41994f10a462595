"""Which addresses a proxy answers to; who is refused is in `test_security`."""

import pytest

from realtap.proxy.control.admission import Admission, Refused
from realtap.proxy.wire.handshake import Head

PATH = "/_realtap/status"


def head(host: str, **headers: str) -> Head:
    pairs = (("Host", host), ("Authorization", "Bearer t"), *headers.items())
    return Head(f"GET {PATH} HTTP/1.1", pairs, b"")


@pytest.mark.parametrize(
    ("listening", "reached", "host"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1:8484"),
        ("127.0.0.1", "127.0.0.1", "localhost:8484"),
        ("localhost", "::1", "[::1]:8484"),
        ("::1", "::1", "localhost:8484"),
        ("0.0.0.0", "192.0.2.7", "192.0.2.7:8484"),
        ("0.0.0.0", "127.0.0.1", "localhost:8484"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7:8484"),
        ("box.example", "192.0.2.7", "box.example:8484"),
    ],
)
def test_an_address_of_the_proxy_is_let_in(listening: str, reached: str, host: str) -> None:
    admission = Admission("t", host=listening, port=8484)
    assert admission.admit(head(host), reached) == PATH
    assert admission.admit(head(host, Origin=f"http://{host}"), reached) == PATH


@pytest.mark.parametrize(
    ("listening", "reached", "host"),
    [
        ("0.0.0.0", "192.0.2.7", "box.example:8484"),
        ("0.0.0.0", "192.0.2.7", "192.0.2.8:8484"),
        ("192.0.2.7", "192.0.2.7", "localhost:8484"),
        ("127.0.0.1", "127.0.0.1", "[::ffff:127.0.0.1]:8484"),
        ("127.0.0.1", None, "127.0.0.2:8484"),
    ],
)
def test_any_other_name_is_refused(listening: str, reached: str | None, host: str) -> None:
    with pytest.raises(Refused, match="which is not an address of this proxy"):
        Admission("t", host=listening, port=8484).admit(head(host), reached)


def test_the_port_may_be_left_out_where_it_is_the_schemes_own() -> None:
    assert Admission("t", host="127.0.0.1", port=80).admit(head("localhost"), None) == PATH


def test_what_is_refused_is_shown_safely_and_in_part() -> None:
    with pytest.raises(Refused) as refused:
        Admission("t", host="127.0.0.1", port=8484).admit(head("\x1b[2J" + "x" * 500), None)
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("token", ["", "\xe9", "T", "t t"])
def test_only_the_token_itself_opens(token: str) -> None:
    request = Head(
        f"GET {PATH}?token=t HTTP/1.1",
        (("Host", "127.0.0.1:8484"), ("Authorization", f"Bearer {token}")),
        b"",
    )
    with pytest.raises(Refused, match="the token is missing or wrong"):
        Admission("t", host="127.0.0.1", port=8484).admit(request, None)
