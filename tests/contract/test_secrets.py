"""Invariant 5: no secret reaches a file, in whichever of its places it travels."""

import json
from collections.abc import Callable

import pytest
from doors import EVERY_DOOR, Door
from raw_peers import ANSWER, RawUpstream, frame
from websockets.frames import Opcode

from realtap.proxy.door import Proxy
from realtap.proxy.tap import RECORDED_BODY_LENGTH
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

pytestmark = EVERY_DOOR

type MakeProxy = Callable[..., Proxy]

SECRETS = {
    "bearer": "sk-proj-AAAAbbbbCCCCddddEEEE1111",
    "api-key header": "0123456789abcdef0123456789abcdef",
    "query": "queryKEYqueryKEYqueryKEY42",
    "subprotocol": "ek_68af296e8e408191a1120ab6383263c2",
    "cookie": "sessionCookieValue123456",
    "set-cookie": "cfbmCookieValue987654321",
    "mcp authorization": "mcpOauthToken-abcdefgh",
    "mcp header": "mcpHeaderValue-ijklmnop",
    "client secret": "ek_clientSecretOfTheSession1234",
}

REQUEST = f"""GET /v1/realtime?model=gpt-realtime&api-key={SECRETS["query"]} HTTP/1.1
Host: h
Authorization: Bearer {SECRETS["bearer"]}
api-key: {SECRETS["api-key header"]}
Cookie: theme=dark; session={SECRETS["cookie"]}
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
Sec-WebSocket-Version: 13
Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.{SECRETS["subprotocol"]}

""".replace("\n", "\r\n").encode()

SET_COOKIE = f"set-cookie: __cf_bm={SECRETS['set-cookie']}; path=/; HttpOnly\r\n\r\n".encode()

SESSION_UPDATE = {
    "type": "session.update",
    "session": {
        "type": "realtime",
        "tools": [
            {
                "type": "mcp",
                "server_label": "files",
                "authorization": SECRETS["mcp authorization"],
                "headers": {"X-Mcp-Key": SECRETS["mcp header"]},
            }
        ],
    },
}

SESSION_CREATED = {
    "type": "session.created",
    "session": {"client_secret": {"value": SECRETS["client secret"], "expires_at": 1}},
}


def chatter() -> list[bytes]:
    """Payloads that repeat every secret, in every kind of frame."""
    everything = " and ".join(SECRETS.values())
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in everything)
    return [
        frame(json.dumps({"type": "error", "error": {"message": everything}}).encode()),
        frame(b'{"type":"x","text":"%s"}' % escaped.encode()),
        frame(f"no json: {everything}".encode()),
        frame(json.dumps({"type": "x", "t": everything}, indent=1).encode()),
        frame(everything.encode(), Opcode.BINARY),
    ]


def assert_no_secret_in(data: bytes, where: str) -> None:
    for place, secret in SECRETS.items():
        assert secret.encode() not in data, f"the {place} secret is in {where}"


async def test_no_file_holds_a_secret_from_any_of_its_places(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, reports: list[str]
) -> None:
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST)
            server = await upstream.accept()
            # The app's own session is untouched: the upstream gets the keys.
            assert SECRETS["bearer"].encode() in await server.receive_head()
            answer = ANSWER[:-2] + SET_COOKIE
            update = frame(json.dumps(SESSION_UPDATE).encode(), mask=True)
            down = b"".join(
                [
                    frame(json.dumps(SESSION_CREATED).encode()),
                    *chatter(),
                    frame(b"\x0f\xa0" + SECRETS["bearer"].encode(), Opcode.CLOSE),
                ]
            )
            await server.send(answer)
            await client.receive(len(answer))
            await client.send(update)
            assert await server.receive(len(update)) == update
            await server.send(down)
            assert await client.receive(len(down)) == down
    [path] = folder.paths()
    assert_no_secret_in(path.read_bytes(), "the recording")
    assert_no_secret_in("\n".join(reports).encode(), "what people are told")
    events = list(Recording(path).events())
    assert len(events) == 7
    assert all(event.redacted for event in events)
    for event in events:
        assert_no_secret_in(event.payload, "a decoded payload")
    first = events[0].fields()
    assert first["session"]["tools"][0]["server_label"] == "files"


@pytest.mark.parametrize("key", ["sk-proj-AAAAbbbbCCCCddddEEEE1111", "plainAzureKey0123456789"])
async def test_a_refusal_that_repeats_the_key_is_recorded_without_it(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder, reports: list[str], key: str
) -> None:
    body = f'{{"error":"Incorrect API key provided: {key}"}}'.encode()
    answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(
                b"GET /v1/realtime HTTP/1.1\r\nUpgrade: websocket\r\napi-key: %s\r\n\r\n"
                % key.encode()
            )
            server = await upstream.accept()
            await server.receive_head()
            await server.send(answer)
            assert await client.receive_all() == answer
    [path] = folder.paths()
    assert key.encode() not in path.read_bytes()
    assert b"Incorrect API key provided" in path.read_bytes()
    assert key not in "\n".join(reports)


async def test_a_key_that_the_server_selects_as_subprotocol_is_not_recorded(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    chosen = f"Sec-WebSocket-Protocol: openai-insecure-api-key.{SECRETS['subprotocol']}\r\n\r\n"
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST)
            server = await upstream.accept()
            await server.receive_head()
            answer = ANSWER[:-2] + chosen.encode()
            await server.send(answer)
            assert await client.receive(len(answer)) == answer
    [path] = folder.paths()
    assert_no_secret_in(path.read_bytes(), "the recording")


async def test_a_key_at_the_end_of_what_is_kept_of_a_refusal_is_not_half_kept(
    make_proxy: MakeProxy, door: Door, folder: RecordingsFolder
) -> None:
    body = b"x" * (RECORDED_BODY_LENGTH - 10) + b" " + SECRETS["bearer"].encode() + b" " * 100
    answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with door.client(proxy) as client:
            await client.send(REQUEST)
            server = await upstream.accept()
            await server.receive_head()
            await server.send(answer)
            assert await client.receive_all() == answer
    [path] = folder.paths()
    assert b"sk-proj" not in path.read_bytes()
