"""Which proxies run on this machine: each leaves a note of itself while it listens.

The notes lie in the user's folder for state, readable by nobody else, because each holds the token of
its proxy's control channel. Whoever wants to talk to a proxy finds it by them.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class RunningProxy:
    """A proxy that listens."""

    pid: int
    url: str
    """What an app takes as its base: `ws://127.0.0.1:8484/v1`."""
    upstream: str
    """As the person named it."""
    recordings: str
    """The folder, absolute."""
    control: str = ""
    """The URL of its control channel: `ws://127.0.0.1:8484/_realtap/control`."""
    token: str = field(default="", repr=False)
    """What the control channel asks for."""


def notes_folder() -> Path:
    """Where the notes lie."""
    return Path(platformdirs.user_state_dir("realtap", appauthor=False)) / "proxies"


@contextmanager
def noted(proxy: RunningProxy) -> Iterator[None]:
    """A proxy that can be found as long as the block runs.

    If the note cannot be written, the proxy only cannot be found: that is no reason not to listen.
    """
    path = notes_folder() / f"{proxy.pid}.json"
    with suppress(OSError):
        _write(path, json.dumps(asdict(proxy)))
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def _write(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, at every moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    # One that a dead process of the same number left may be readable by others.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def running_proxies() -> list[RunningProxy]:
    """The proxies that run, the one that started last first; notes of dead ones are removed."""
    found = []
    for path in sorted(notes_folder().glob("*.json"), key=_written_at, reverse=True):
        proxy = _read(path)
        if proxy is not None and _is_alive(proxy.pid):
            found.append(proxy)
        else:
            with suppress(OSError):
                path.unlink()
    return found


def _written_at(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _read(path: Path) -> RunningProxy | None:
    try:
        return RunningProxy(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Somebody else's process has taken the number over.
        return False
    return True
