"""Who plays the server for a test: recordings, the relay to a real server, or both in turn."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from ...recordings.folder import RecordingsFolder
from ...recordings.reader import Recording
from ...recordings.replay.matching import Level, Rules
from ...recordings.replay.mismatch import Mismatch
from ...recordings.replay.outcome import Outcome
from ...recordings.replay.script import Script
from ...recordings.rest_note import is_rest
from ..background import Background, in_background
from ..door import Proxy
from ..replay.server import ReplayServer
from ..simulator import Simulator
from ..upstream import parse_upstream
from .session import Backend
from .settings import SettingError, Settings
from .switch import Switch


class ReplayBackend:
    """Plays recordings. Implements `session.Backend`."""

    def __init__(self, background: Background[ReplayServer]) -> None:
        self._background = background
        self._server = background.server
        self.http_url = background.server.http_url
        self.scripts = background.server.scripts
        self.recorded = 0

    @property
    def replayed(self) -> int:
        """See `session.Backend`."""
        return len(self._server.sessions)

    def outcomes(self) -> list[Outcome]:
        """See `session.Backend`."""
        self._settle()
        return [session.outcome for session in self._server.sessions]

    def mismatch(self) -> Mismatch | None:
        """See `session.Backend`."""
        self._settle()
        found = (session.player.mismatch for session in self._server.sessions)
        return next((each for each in found if each is not None), None)

    def finish(self) -> Mismatch | None:
        """See `session.Backend`."""
        return self._background.run(lambda server: server.finish())

    def unplayed(self) -> list[str]:
        """See `session.Backend`."""
        left = [
            f"{session.player.script.name}: {_messages(session.player.unplayed)} not asked for"
            for session in self._server.sessions
            if session.player.unplayed
        ]
        return left + [
            f"{script.name}: no connection came for it" for script in self._server.unplayed
        ]

    def _settle(self) -> None:
        """What the app has sent is taken in before a test looks."""
        self._background.run(lambda server: server.settle())


class RecordBackend:
    """Passes sessions on to a real server and records them. Implements `session.Backend`."""

    def __init__(self, proxy: Proxy, folder: RecordingsFolder) -> None:
        self.http_url = proxy.url.replace("ws://", "http://", 1)
        self.scripts: tuple[Script, ...] = ()
        self.replayed = 0
        self._folder = folder

    @property
    def recorded(self) -> int:
        """See `session.Backend`."""
        return len(self.files())

    def files(self) -> list[Path]:
        """The recordings, in the order in which their sessions began."""
        return in_order(self._folder.paths())

    def outcomes(self) -> list[Outcome]:
        """See `session.Backend`."""
        return [Outcome.read(path) for path in self.files()]

    def mismatch(self) -> None:
        """See `session.Backend`: nothing to differ from."""

    def finish(self) -> None:
        """See `session.Backend`."""

    def unplayed(self) -> list[str]:
        """See `session.Backend`."""
        return []


def in_order(recordings: Iterable[Path]) -> list[Path]:
    """Sessions in the order in which they began; their names tell only the second.

    A plain HTTP request that was noted on the way is none, and nothing that a replay can play.
    """
    headers = {path: Recording(path).header for path in recordings}
    sessions = [path for path, header in headers.items() if not is_rest(header)]
    return sorted(sessions, key=lambda path: headers[path].started)


class MixedBackend:
    """Plays the sessions that are recorded, and records those that follow."""

    def __init__(self, switch: Switch, replay: ReplayBackend, record: RecordBackend) -> None:
        self.http_url = f"http://127.0.0.1:{switch.port}/v1"
        self.scripts = replay.scripts
        self._replay = replay
        self._record = record

    @property
    def replayed(self) -> int:
        """See `session.Backend`."""
        return self._replay.replayed

    @property
    def recorded(self) -> int:
        """See `session.Backend`."""
        return self._record.recorded

    def outcomes(self) -> list[Outcome]:
        """See `session.Backend`."""
        return self._replay.outcomes() + self._record.outcomes()

    def mismatch(self) -> Mismatch | None:
        """See `session.Backend`."""
        return self._replay.mismatch()

    def finish(self) -> Mismatch | None:
        """See `session.Backend`."""
        return self._replay.finish()

    def unplayed(self) -> list[str]:
        """See `session.Backend`."""
        return self._replay.unplayed()


@contextmanager
def replaying(scripts: Sequence[Script], settings: Settings) -> Iterator[ReplayBackend]:
    """A server that plays scripts.

    Raises:
        SettingError: A path to ignore, or to match, is none.
    """
    rules = _rules(settings)
    with in_background(
        lambda: ReplayServer(
            scripts,
            rules=rules,
            speed=settings.speed,
            is_strict=settings.strict,
            patience_s=settings.patience,
        )
    ) as background:
        yield ReplayBackend(background)


@contextmanager
def recording(
    folder: Path, settings: Settings, report: Callable[[str], None]
) -> Iterator[RecordBackend]:
    """A relay to the real server that records into a folder."""
    recordings = RecordingsFolder(folder)
    with in_background(lambda: _relay(recordings, settings.upstream, report)) as background:
        yield RecordBackend(background.server, recordings)


@contextmanager
def mixing(
    scripts: Sequence[Script], folder: Path, settings: Settings, report: Callable[[str], None]
) -> Iterator[MixedBackend]:
    """The scripts for the first connections, the real server for the others."""
    with (
        replaying(scripts, settings) as replay,
        recording(folder, settings, report) as record,
        in_background(lambda: Switch(len(scripts), _port(replay), _port(record))) as background,
    ):
        yield MixedBackend(background.server, replay, record)


def _rules(settings: Settings) -> Rules:
    try:
        return Rules(Level(settings.level), tuple(settings.ignore), dict(settings.matchers))
    except ValueError as error:
        raise SettingError(f"ignore, or matchers: {error}") from error


@asynccontextmanager
async def _relay(
    folder: RecordingsFolder, upstream: str, report: Callable[[str], None]
) -> AsyncIterator[Proxy]:
    async with AsyncExitStack() as running:
        if upstream == "sim":
            simulator = await running.enter_async_context(Simulator(fast=True))
            upstream = simulator.url.removesuffix("/v1")
        proxy = Proxy(parse_upstream(upstream), folder, port=0, report=report)
        yield await running.enter_async_context(proxy)


def _port(backend: Backend) -> int:
    return int(backend.http_url.rpartition(":")[2].removesuffix("/v1"))


def _messages(count: int) -> str:
    return "1 message of the server was" if count == 1 else f"{count} messages of the server were"
