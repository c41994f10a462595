"""Opens the session of a test as its mode wants it, and keeps what a test that passed has recorded."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ...recordings.replay.script import Script
from . import files
from .backends import in_order, mixing, recording, replaying
from .environment import pointed_at
from .session import Backend, RealtapSession
from .settings import Mode, SettingError, Settings


class RecordedTest:
    """A test as its recordings are named after it.

    Args:
        file: Its module.
        name: `Class.test[parameters]`.
    """

    def __init__(self, file: Path, name: str) -> None:
        self.file = file
        self.name = name
        self.has_passed = False
        """Recordings of a test that did not are not kept."""
        self.reports: list[str] = []
        """What the relay told while it recorded."""

    def existing(self, settings: Settings) -> list[Path]:
        """The recordings that there are for it."""
        if not settings.recordings:
            return files.own_files(self.file, self.name)
        return [path for path in files.named_files(self.file, settings.recordings) if path.exists()]

    def target(self, settings: Settings, session: int) -> Path:
        """Where the recording of its session belongs, counted from 1."""
        named = files.named_files(self.file, settings.recordings)
        return named[session - 1] if session <= len(named) else self._surplus(named, session)

    def _surplus(self, named: Sequence[Path], session: int) -> Path:
        if not named:
            return files.own_file(self.file, self.name, session)
        return named[-1].with_stem(f"{named[-1].stem}-{session}")


@contextmanager
def opened(test: RecordedTest, settings: Settings) -> Iterator[RealtapSession]:
    """The test's session, while its app runs.

    Raises:
        SettingError: There is no recording, and none may be made.
        RealtapError: A recording cannot be read, or the upstream is none.
    """
    existing = [] if settings.mode in {Mode.ALL, Mode.REWRITE} else test.existing(settings)
    if settings.mode is Mode.NONE or (existing and settings.mode is Mode.ONCE):
        _check_complete(test, settings)
        with replaying([Script.read(path) for path in existing], settings) as backend:
            yield from _session(backend, settings, is_recording=False)
        return
    scripts = [Script.read(path) for path in existing]
    with tempfile.TemporaryDirectory(prefix="realtap-") as temporary:
        folder = Path(temporary)
        with _made(scripts, folder, settings, test) as backend:
            yield from _session(backend, settings, is_recording=True)
        if test.has_passed:
            _keep(test, settings, folder, len(scripts))


def _session(
    backend: Backend, settings: Settings, *, is_recording: bool
) -> Iterator[RealtapSession]:
    needs_key = is_recording and settings.upstream != "sim"
    with pointed_at(backend.http_url, needs_key=needs_key):
        yield RealtapSession(backend, settings)


def _made(
    scripts: Sequence[Script], folder: Path, settings: Settings, test: RecordedTest
) -> AbstractContextManager[Backend]:
    """The server of a test that may record."""
    report = test.reports.append
    if scripts:
        return mixing(scripts, folder, settings, report)
    return recording(folder, settings, report)


def _check_complete(test: RecordedTest, settings: Settings) -> None:
    """Whether there is all that the test wants to replay."""
    wanted = [files.places(test.file, name) for name in settings.recordings]
    for looked in wanted or [[test.target(settings, 1)]]:
        if not any(path.exists() for path in looked):
            where = " or ".join(str(path) for path in looked)
            raise SettingError(
                f"there is no recording {where}: record it with --realtap-mode once, "
                "and with --realtap-upstream if it is not OpenAI's server"
            )


def _keep(test: RecordedTest, settings: Settings, folder: Path, replayed: int) -> None:
    """Move what was recorded to its place."""
    if settings.mode is Mode.REWRITE:
        for path in test.existing(settings):
            path.unlink()
    for number, path in enumerate(in_order(folder.glob("*.jsonl")), replayed + 1):
        target = test.target(settings, number)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
