"""What many tests share: a folder of recordings, a proxy in front of an upstream, raw peers."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

import realtap.proxy.helm  # noqa: F401 -- a proxy loads it when it listens: not in the middle of a test
from realtap.proxy.door import Proxy
from realtap.proxy.tls import Authority, has_extra
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.folder import RecordingsFolder

# The same examples in every run: a test that fails for one person fails for all. No deadline: a shared
# machine pauses a test whenever it likes, so an example that took long says nothing.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")

type MakeProxy = Callable[..., Proxy]

SHARED_WIRE = Path(__file__).resolve().parents[2] / "shared" / "wire"
"""Real sessions of four servers, where the checkout has them beside it."""


@pytest.fixture
def folder(tmp_path: Path) -> RecordingsFolder:
    """An empty folder of recordings."""
    return RecordingsFolder(tmp_path / "recordings")


@pytest.fixture
def reports() -> list[str]:
    """What the proxy of `make_proxy` told people."""
    return []


@pytest.fixture
def make_proxy(folder: RecordingsFolder, reports: list[str]) -> MakeProxy:
    """Make a proxy on a free port that records into `folder`."""

    def make(upstream_url: str, **options: object) -> Proxy:
        settings: dict[str, object] = {
            "port": 0,
            "report": reports.append,
            "on_session": lambda news: reports.append(news.text),
            **options,
        }
        return Proxy(parse_upstream(upstream_url), folder, **settings)  # type: ignore[arg-type]  # a test passes any option on

    return make


@pytest.fixture(scope="session")
def confdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate authority; making one takes a while."""
    folder = tmp_path_factory.mktemp("mitmproxy")
    if has_extra():
        asyncio.run(Authority(folder).load())
    return folder


@pytest.fixture
def without_mitmproxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were not installed."""
    monkeypatch.setitem(sys.modules, "mitmproxy", None)
