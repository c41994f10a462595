"""Changes are told as one where they come close together, and not where nothing has changed."""

import asyncio
import json

import pytest

from realtap.proxy.control import news as news_module
from realtap.proxy.control.news import News
from realtap.proxy.injection.status import PendingCall, SessionStatus
from realtap.recordings.event import Json


def status(*, at: float = 0.0, pending: int = 0) -> SessionStatus:
    calls = [PendingCall(f"call_{number}", "f", "{}", 0.0, "") for number in range(pending)]
    return SessionStatus("s", at, 0, "", "", "", "", calls, [], [], [], [])


class Listener:
    """A subscriber, the state of the only session, and what was told."""

    def __init__(self) -> None:
        self.state: SessionStatus | None = status()
        self.news = News(lambda _: self.state)
        self.told: list[Json] = []
        self.news.subscribe(self)

    def notify(self, message: bytes) -> None:
        self.told.append(json.loads(message)["params"])

    async def settle(self) -> list[str]:
        """What is told in the next moment."""
        del self.told[:]
        await asyncio.sleep(news_module.INTERVAL_S * 3)
        return [change["what"] for change in self.told]


@pytest.fixture
async def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    monkeypatch.setattr(news_module, "INTERVAL_S", 0.002)
    return Listener()


async def test_changes_that_come_close_together_are_one(listener: Listener) -> None:
    listener.news.begin("s")
    for _ in range(5):
        listener.news.change("s")
        listener.news.change_rules()
    assert await listener.settle() == ["began", "rules"]


async def test_time_alone_is_no_change(listener: Listener) -> None:
    listener.news.change("s")
    assert await listener.settle() == ["session"]
    listener.state = status(at=5.0)
    listener.news.change("s")
    assert await listener.settle() == []
    listener.state = status(at=6.0, pending=1)
    listener.news.change("s")
    assert await listener.settle() == ["session"]
    assert listener.told[0]["session"]["pending_calls"][0]["call_id"] == "call_0"


async def test_the_end_of_a_session_is_told_at_once(listener: Listener) -> None:
    listener.news.change("s")
    listener.news.end(status(pending=1))
    assert [change["what"] for change in listener.told] == ["ended"]
    listener.state = None
    assert await listener.settle() == []


async def test_nobody_who_left_is_told(listener: Listener) -> None:
    listener.news.subscribe(listener)
    listener.news.unsubscribe(listener)
    listener.news.unsubscribe(listener)
    listener.news.change("s")
    listener.news.begin("s")
    assert not listener.news.has_subscribers
    assert await listener.settle() == []


async def test_after_the_end_of_the_proxy_nothing_is_told(listener: Listener) -> None:
    listener.news.begin("s")
    listener.news.stop()
    listener.news.stop()
    assert await listener.settle() == []
