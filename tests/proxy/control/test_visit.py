"""A WebSocket client of the control channel: fragments, pings, notifications, slow readers."""

import json

import pytest
from live import TOKEN, MakeProxy, Scene, live
from raw_peers import Peer, frame, raw_client
from websockets.asyncio.client import ClientConnection, connect

from realtap.proxy.control import visit
from realtap.proxy.control.methods import SessionsList

STATUS = '{"jsonrpc":"2.0","method":"sessions.list","id":1}'


def visitor(scene: Scene) -> connect:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return connect(scene.proxy.control_url, additional_headers=headers, proxy=None)


async def ask(client: ClientConnection) -> int:
    await client.send(STATUS)
    return len(json.loads(await client.recv())["result"])


async def test_a_request_may_come_in_fragments_and_pings_are_answered(
    make_proxy: MakeProxy,
) -> None:
    async with live(make_proxy) as scene, visitor(scene) as client:
        await (await client.ping())
        await client.send([STATUS[:10], STATUS[10:20], STATUS[20:]])
        assert len(json.loads(await client.recv())["result"]) == 1


async def test_a_notification_is_carried_out_without_an_answer(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene, visitor(scene) as client:
        await client.send(
            '{"jsonrpc":"2.0","method":"faults.set","params":{"faults":["late-cancel"]}}'
        )
        await client.send('{"jsonrpc":"2.0","method":"status","id":"after"}')
        answer = json.loads(await client.recv())
        assert (answer["id"], answer["result"]["faults"]) == ("after", ["late-cancel"])


async def test_a_close_frame_is_answered(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene, visitor(scene) as client:
        assert await ask(client) == 1
        await client.close(4000, "bye")
        assert client.close_code == 4000


async def test_when_the_proxy_stops_its_visitors_are_told(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene, visitor(scene) as client:
        await ask(client)
        await scene.proxy.stop()
        await client.wait_closed()
        assert (client.close_code, client.close_reason) == (1001, "realtap was stopped")


async def test_a_client_that_reads_nothing_is_cut(
    make_proxy: MakeProxy, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "MAX_UNREAD_BYTES", 100_000)
    async with live(make_proxy) as scene, raw_client(scene.proxy.port) as peer:
        host = f"127.0.0.1:{scene.proxy.port}"
        await peer.send(
            f"GET /_realtap/control?token={TOKEN} HTTP/1.1\r\nHost: {host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await peer.receive_head()
        with pytest.raises(ConnectionError):
            await ask_for_ever(peer)
        assert len(await scene.control.ask(SessionsList())) == 1
    assert any("does not read what it is sent" in line for line in reports)


async def ask_for_ever(peer: Peer) -> None:
    request = STATUS.replace("sessions.list", "faults.list").encode()
    while True:
        await peer.send(frame(request, mask=True))
