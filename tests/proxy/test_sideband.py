"""realtap as one more client of a call: joined through its own relay."""

import asyncio
from collections.abc import AsyncIterator
from importlib.util import find_spec

import pytest
from phone import OFFER, SDP, form, hear_until, post, say
from raw_peers import PATIENCE_S, RawUpstream
from websockets.asyncio.client import connect

from realtap.proxy.capture import RestCall
from realtap.proxy.door import Proxy
from realtap.proxy.sideband import SideBands
from realtap.proxy.simulator import Simulator
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.errors import WireError
from realtap.recordings.event import Closed, Header, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type Told = asyncio.Queue[str]

KEY = {"Authorization": "Bearer sk-a-key-that-is-not-to-be-seen"}


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(fast=True, log=True) as simulator:
        yield simulator


@pytest.fixture
def told() -> Told:
    """What the proxy tells people."""
    return asyncio.Queue()


@pytest.fixture
def calls() -> asyncio.Queue[RestCall]:
    """The requests about Realtime that it tells of."""
    return asyncio.Queue()


@pytest.fixture
async def proxy(
    simulator: Simulator, folder: RecordingsFolder, told: Told, calls: asyncio.Queue[RestCall]
) -> AsyncIterator[Proxy]:
    """One in front of the simulator."""
    upstream = parse_upstream(simulator.url.removesuffix("/v1"))
    proxy = Proxy(
        upstream,
        folder,
        port=0,
        on_call=calls.put_nowait,
        report=told.put_nowait,
        on_session=lambda news: told.put_nowait(news.text),
    )
    async with proxy:
        yield proxy


@pytest.fixture
async def side_bands(proxy: Proxy) -> AsyncIterator[SideBands]:
    """The calls that the proxy is in."""
    async with SideBands(proxy) as side_bands:
        yield side_bands


async def call(simulator: Simulator) -> str:
    place = f"{simulator.url}/realtime/calls?model=gpt-realtime"
    return (await post(place, SDP, OFFER)).call_id


async def hang_up(simulator: Simulator, call_id: str) -> None:
    await post(f"{simulator.url}/realtime/calls/{call_id}/hangup")


def opened(simulator: Simulator, call_id: str) -> RestCall:
    """What mitmproxy tells of a call that an app has opened."""
    return RestCall(
        method="POST",
        path="/v1/realtime/calls",
        origin=simulator.url.removesuffix("/v1").replace("ws", "http", 1),
        via="reverse",
        status=201,
        elapsed_s=0.1,
        request_headers=(*KEY.items(), ("Accept", "*/*")),
        response_headers=(("Location", f"/v1/realtime/calls/{call_id}"),),
        request_body="",
        response_body="",
    )


async def until(told: Told, words: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while words not in await told.get():
            """Something else was told."""


async def test_call_is_recorded_as_a_side_band(
    side_bands: SideBands, proxy: Proxy, simulator: Simulator, folder: RecordingsFolder
) -> None:
    call_id = await call(simulator)
    async with side_bands.join(call_id, headers=KEY) as side_band:
        async with connect(
            f"{simulator.url}/realtime?call_id={call_id}", additional_headers=KEY, proxy=None
        ) as app:
            await say(app, "response.create")
            await hear_until(app, "rate_limits.updated")
        await hang_up(simulator, call_id)
        await side_band.wait()
    (path,) = folder.paths()
    entries = list(Recording(path).entries())
    assert isinstance(entries[0], Header)
    assert (entries[0].via, entries[0].upstream) == (
        "sideband",
        f"{simulator.url}/realtime?call_id={call_id}",
    )
    assert isinstance(entries[-1], Closed)
    assert "a-key-that-is-not-to-be-seen" not in path.read_text()


async def test_session_of_a_call_can_be_steered(
    side_bands: SideBands, proxy: Proxy, simulator: Simulator
) -> None:
    async with side_bands.join(await call(simulator), headers=KEY):
        (live,) = proxy.live_sessions
        assert live.tap.header.via == "sideband"


async def test_unknown_call_is_told_with_the_servers_words(side_bands: SideBands) -> None:
    with pytest.raises(WireError, match="No session found for the provided call_id"):
        async with side_bands.join("rtc_gone", headers=KEY):
            pass


async def test_server_that_cannot_be_reached_is_told(side_bands: SideBands) -> None:
    nowhere = parse_upstream("ws://127.0.0.1:1")
    words = "^call rtc_1 cannot be joined: upstream ws://127.0.0.1:1: cannot be reached: "
    with pytest.raises(WireError, match=words):
        async with side_bands.join("rtc_1", headers=KEY, upstream=nowhere):
            pass


async def test_other_refusal_is_told_with_its_status(side_bands: SideBands) -> None:
    async def refuse(upstream: RawUpstream) -> None:
        server = await upstream.accept()
        await server.receive_head()
        await server.send(b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy")

    async with RawUpstream() as busy, asyncio.TaskGroup() as group:
        group.create_task(refuse(busy))
        with pytest.raises(WireError, match="answers with status 503: busy"):
            async with side_bands.join("rtc_1", headers=KEY, upstream=parse_upstream(busy.url)):
                pass


async def test_key_that_is_not_taken_is_told(side_bands: SideBands, simulator: Simulator) -> None:
    call_id = await call(simulator)
    with pytest.raises(WireError, match="does not take the key"):
        async with side_bands.join(call_id, headers={"Authorization": "Bearer sk-invalid"}):
            pass


async def test_opened_call_is_followed_to_its_end(
    side_bands: SideBands, simulator: Simulator, told: Told
) -> None:
    call_id = await call(simulator)
    side_bands.follow(opened(simulator, call_id), KEY)
    await until(told, "began: realtap/")
    await hang_up(simulator, call_id)
    await until(told, "ended: ")
    (log,) = simulator.connections
    assert dict(log.request.headers)["authorization"] == KEY["Authorization"]
    assert log.data(Side.CLIENT) == []


async def test_call_that_cannot_be_followed_is_told(
    side_bands: SideBands, simulator: Simulator, told: Told
) -> None:
    side_bands.follow(opened(simulator, "rtc_gone"), KEY)
    await until(told, "call rtc_gone cannot be joined")


async def test_stopping_leaves_a_call_that_is_followed(
    side_bands: SideBands, proxy: Proxy, simulator: Simulator, told: Told
) -> None:
    call_id = await call(simulator)
    side_bands.follow(opened(simulator, call_id), KEY)
    await until(told, "began: ")
    await proxy.stop()
    await until(told, "ended: ")
    assert (await post(f"{simulator.url}/realtime/calls/{call_id}/hangup")).status == 200


async def test_a_call_that_is_followed_is_left_and_goes_on(
    proxy: Proxy, simulator: Simulator, told: Told
) -> None:
    call_id = await call(simulator)
    async with SideBands(proxy) as side_bands:
        side_bands.follow(opened(simulator, call_id), KEY)
        await until(told, "began: ")
    await until(told, "ended: ")
    assert (await post(f"{simulator.url}/realtime/calls/{call_id}/hangup")).status == 200


@pytest.mark.skipif(find_spec("mitmproxy") is None, reason="mitmproxy passes the request on")
async def test_call_that_an_app_opens_through_the_door_is_followed(
    side_bands: SideBands,
    proxy: Proxy,
    simulator: Simulator,
    told: Told,
    calls: asyncio.Queue[RestCall],
) -> None:
    session = '{"type": "realtime", "model": "gpt-realtime"}'
    headers, body = form(sdp=OFFER, session=session)
    answer = await post(f"{proxy.url}/realtime/calls", headers, body)
    async with asyncio.timeout(PATIENCE_S):
        opening = await calls.get()
    assert opening.call_id == answer.call_id
    side_bands.follow(opening, KEY)
    await until(told, "began: realtap/")
    await hang_up(simulator, answer.call_id)
    await until(told, "ended: ")
