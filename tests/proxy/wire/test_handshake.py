"""The opening handshake, read and rewritten without a socket."""

import itertools
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy.wire.handshake import (
    HEAD_LIMIT_BYTES,
    HandshakeError,
    Head,
    HeadReader,
    answer_status,
    check_request,
    refusal,
    rewrite_request,
)

REQUEST = (
    b"GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\n"
    b"Host: 127.0.0.1:8484\r\n"
    b"upgrade: WebSocket\r\n"
    b"Connection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    b"Sec-WebSocket-Protocol: realtime, openai-beta.realtime-v1\r\n"
    b"sec-websocket-protocol: third\r\n"
    b"X-Odd:   spaced out  \r\n"
    b"\r\n"
)


def read(data: bytes, *, is_request: bool = True) -> Head:
    found = HeadReader(is_request=is_request).receive_data(data)
    assert found is not None
    return found[0]


@given(st.lists(st.integers(min_value=1, max_value=len(REQUEST) + 4), max_size=8))
def test_a_head_is_found_however_the_bytes_are_cut(cuts: list[int]) -> None:
    data = REQUEST + b"next"
    places = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    reader = HeadReader(is_request=True)
    found = None
    rest = b""
    for start, end in itertools.pairwise(places):
        if found is None:
            found = reader.receive_data(data[start:end])
            rest = b"" if found is None else found[1]
        else:
            rest += data[start:end]
    assert found is not None
    assert found[0].wire == REQUEST
    assert rest == b"next"


def test_headers_keep_their_order_and_spelling() -> None:
    head = read(REQUEST)
    assert head.headers[:2] == (("Host", "127.0.0.1:8484"), ("upgrade", "WebSocket"))
    assert head.header("x-odd") == "spaced out"
    assert head.listed("Sec-WebSocket-Protocol") == [
        "realtime",
        "openai-beta.realtime-v1",
        "third",
    ]


def test_the_request_goes_on_with_another_host_and_without_extensions_and_otherwise_as_it_was() -> (
    None
):
    rewritten = rewrite_request(read(REQUEST), host="api.openai.com", path_prefix="/eu")
    assert rewritten == REQUEST.replace(b"127.0.0.1:8484", b"api.openai.com").replace(
        b"GET /v1", b"GET /eu/v1"
    ).replace(b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", b"")


def test_the_target_is_path_and_query() -> None:
    assert check_request(read(REQUEST)) == "/v1/realtime?model=gpt-realtime"


@pytest.mark.parametrize(
    ("request_bytes", "status", "words"),
    [
        (b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n", 501, "GET /v1/models asks for none"),
        (b"POST /v1/realtime?key=s HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", 501, "POST"),
        (b"GET http://x/ HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", 400, "not a path"),
    ],
)
def test_a_request_for_something_else_is_refused_with_the_reason(
    request_bytes: bytes, status: int, words: str
) -> None:
    with pytest.raises(HandshakeError, match=words) as caught:
        check_request(read(request_bytes))
    assert caught.value.status == status
    assert "key=s" not in str(caught.value)


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\x01\x02", b"hello\r\n", b"hello\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"GET /\r\n\r\n"],
)
def test_garbage_is_refused_at_once(garbage: bytes) -> None:
    with pytest.raises(HandshakeError, match="not an HTTP") as caught:
        HeadReader(is_request=True).receive_data(garbage)
    assert caught.value.status is HTTPStatus.BAD_REQUEST


def test_a_tls_hello_is_answered_with_what_to_do() -> None:
    with pytest.raises(HandshakeError, match="use ws://"):
        HeadReader(is_request=True).receive_data(b"\x16\x03\x01\x02\x00")


def test_a_head_that_never_ends_is_refused() -> None:
    reader = HeadReader(is_request=True)
    reader.receive_data(b"GET / HTTP/1.1\r\n")
    with pytest.raises(HandshakeError, match="longer than") as caught:
        reader.receive_data(b"X: " + b"a" * HEAD_LIMIT_BYTES)
    assert caught.value.status is HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


def test_ten_thousand_header_bytes_are_no_reason_to_refuse() -> None:
    data = REQUEST[:-2] + b"X-Long: " + b"a" * 10_000 + b"\r\n\r\n"
    assert rewrite_request(read(data), host="h").endswith(b"a" * 10_000 + b"\r\n\r\n")


def test_a_malformed_header_line_is_named_and_its_value_is_not() -> None:
    with pytest.raises(HandshakeError, match="malformed header line: ' folded'"):
        read(b"GET / HTTP/1.1\r\n folded: sk-secret\r\n\r\n")


def test_an_answer_is_read_with_its_status() -> None:
    head = read(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", is_request=False)
    assert answer_status(head) == 101


@pytest.mark.parametrize("answer", [b"HTTP/1.1 huh\r\n\r\n", b"220 smtp ready\r\n\r\n"])
def test_an_upstream_that_does_not_speak_http_is_a_bad_gateway(answer: bytes) -> None:
    with pytest.raises(HandshakeError, match="did not answer in HTTP") as caught:
        answer_status(read(answer, is_request=False))
    assert caught.value.status is HTTPStatus.BAD_GATEWAY


def test_a_refusal_is_one_line_and_ends_the_connection() -> None:
    head, body = refusal(HTTPStatus.BAD_GATEWAY, "upstream ws://h: gone").split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert b"Connection: close" in head
    assert body == b"realtap: upstream ws://h: gone\n"
