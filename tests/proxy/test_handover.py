"""The header that hands a session over: believed only with the secret, and never seen behind the door."""

from collections.abc import Callable

import pytest
from raw_peers import REQUEST, RawUpstream, raw_client

from realtap.proxy.door import Proxy
from realtap.proxy.handover import Ticket, take_ticket
from realtap.proxy.wire.handshake import Head, HeadReader

type MakeProxy = Callable[..., Proxy]


def head(wire: bytes) -> Head:
    found = HeadReader(is_request=True).receive_data(wire)
    assert found is not None
    return found[0]


def marked(wire: bytes, line: bytes) -> bytes:
    return wire.replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)


def test_a_handover_names_the_upstream_and_leaves_the_clients_own_request() -> None:
    ticket = Ticket("mitm:socks5", "wss://api.openai.com:443")
    request, taken = take_ticket(head(marked(REQUEST % b"h", ticket.line("s3"))), "s3") or (
        None,
        None,
    )
    assert taken == ticket
    assert request == head(REQUEST % b"h")


@pytest.mark.parametrize("secret", ["", "s2", "s33", "\xe9"])
def test_a_handover_with_another_secret_is_none(secret: str) -> None:
    line = Ticket("mitm:socks5", "wss://api.openai.com:443").line(secret)
    assert take_ticket(head(marked(REQUEST % b"h", line)), "s3") is None


def test_the_header_is_taken_in_the_first_place_only() -> None:
    wire = REQUEST[:-2] % b"h" + Ticket("mitm:socks5").line("s3") + b"\r\n\r\n"
    assert take_ticket(head(wire), "s3") is None


async def test_a_client_cannot_choose_another_upstream(make_proxy: MakeProxy) -> None:
    line = Ticket("mitm:regular", "ws://127.0.0.1:1").line("guessed")
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_client(proxy.port) as client:
            await client.send(marked(REQUEST % b"h", line))
            server = await upstream.accept()
            assert line in await server.receive_head()
