"""What takes long is stopped with escape, and goes on with space."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driven_app import DrivenApp, driven
from scenes import session, text_turn
from transcript import closed

from realtap.recordings.index import Index
from realtap.tui.app.screens import reading, searching
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.screens.sessions import Sessions
from realtap.tui.app.session.sifting import Sifting, sifting
from realtap.tui.app.session.study import Batch, Study

type Record = Callable[..., Path]

PATIENCE_S = 20.0


class Gate:
    """Holds a thread at a step until the test lets it on."""

    def __init__(self, steps: int) -> None:
        self._left = steps
        self._has_come = threading.Event()
        self._may_go = threading.Event()

    def pass_(self) -> None:
        """Called in the thread, before each step."""
        self._left -= 1
        if self._left == 0:
            self._has_come.set()
            assert self._may_go.wait(PATIENCE_S)

    async def reached(self, app: DrivenApp) -> None:
        """Wait until the thread stands there, and what it told before is shown."""
        while not self._has_come.is_set():
            await app.begin()
        await app.begin()

    def open(self) -> None:
        """Let it go on."""
        self._may_go.set()


class InSteps:
    """A filter that looks at few rows at a time."""

    def __init__(self, sieve: Sifting, before_each: Callable[[], None]) -> None:
        self._sieve = sieve
        self._before_each = before_each

    @property
    def seen(self) -> int:
        """How many rows were looked at."""
        return self._sieve.seen

    def more(self, stop: int) -> list[int]:
        """The wanted ones of the next rows."""
        self._before_each()
        return self._sieve.more(min(stop, self.seen + 20))

    def close(self) -> None:
        """Look no more."""
        self._sieve.close()


@pytest.fixture
def long(record: Record, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording that is scanned, studied and filtered in many steps."""
    monkeypatch.setattr(reading, "FIRST_ROWS", 10)
    monkeypatch.setattr(reading, "STEP_ROWS", 10)
    monkeypatch.setattr(reading, "LONG_ROWS", 10)
    monkeypatch.setattr(reading, "STUDY_FOR_S", 0.0)
    return record(session(), [text_turn() for _ in range(60)], closed())


@pytest.fixture
def gate(request: pytest.FixtureRequest) -> Iterator[Gate]:
    """Opens at the end whatever happens: no thread waits for ever."""
    made = Gate(steps=3)
    yield made
    made.open()


@pytest.fixture
def slow_scan(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Reads only as far as the gate lets it."""
    scan = Index.scan

    def slowly(index: Index, limit: int | None = None) -> int:
        gate.pass_()
        return scan(index, limit)

    monkeypatch.setattr(Index, "scan", slowly)
    return gate


async def test_reading_is_stopped_and_goes_on(long: Path, slow_scan: Gate) -> None:
    async with driven(long, opens=False) as app:
        await app.begin("enter")
        await slow_scan.reached(app)
        assert "reading, " in app.status
        assert "esc stops" in app.status
        await app.begin("escape")
        assert app.is_at(SessionScreen)
        slow_scan.open()
        await app.settle()
        assert "reading stopped at " in app.status
        read = len(app.session)
        await app.press(" ")
        assert "stopped" not in app.status
        assert len(app.session) == len(app.session.audio_bytes) > read
        assert app.session.is_studied


async def test_second_escape_leaves_a_recording_that_is_being_read(
    long: Path, slow_scan: Gate
) -> None:
    async with driven(long, opens=False) as app:
        await app.begin("enter")
        await slow_scan.reached(app)
        await app.begin("escape", "escape")
        slow_scan.open()
        await app.settle()
        assert app.is_at(Sessions)


async def test_understanding_is_stopped_and_goes_on(
    long: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = Study.more

    def slowly(study: Study) -> Batch:
        gate.pass_()
        return more(study)

    monkeypatch.setattr(Study, "more", slowly)
    async with driven(long, opens=False) as app:
        await app.begin("enter")
        await gate.reached(app)
        assert "understanding " in app.status
        await app.begin("escape")
        gate.open()
        await app.settle()
        assert "understanding stopped at " in app.status
        app.screen.look()
        await app.settle()
        assert len(app.session.audio_bytes) < len(app.session)
        await app.press(" ")
        assert app.session.is_studied
        assert len(app.session) == len(app.session.audio_bytes)
        assert "stopped" not in app.status


async def test_filter_is_stopped_keeps_what_it_found_and_goes_on(
    long: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        searching, "sifting", lambda *arguments: InSteps(sifting(*arguments), gate.pass_)
    )
    async with driven(long) as app:
        await app.begin("f", *"type:response.done", "enter")
        await gate.reached(app)
        assert "filtering " in app.status
        await app.begin("escape")
        gate.open()
        await app.settle()
        assert "filter stopped at " in app.status
        some = app.screen.events.count
        assert 0 < some < 60
        await app.press(" ")
        assert app.screen.events.count == 60
        assert "stopped" not in app.status
        await app.press("escape")
        assert "type:response.done" not in app.status


async def test_short_recording_is_left_at_once(record: Record) -> None:
    async with driven(record(session(), text_turn()), opens=False) as app:
        await app.begin("enter", "escape")
        await app.settle()
        assert app.is_at(Sessions)
