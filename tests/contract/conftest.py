"""What must hold at every door: `door` is the way in, and `make_proxy` makes a proxy that has it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from doors import Door, Way

from realtap.proxy.door import Proxy
from realtap.proxy.upstream import parse_upstream
from realtap.recordings.folder import RecordingsFolder

type MakeProxy = Callable[..., Proxy]


@pytest.fixture
def door(request: pytest.FixtureRequest, confdir: Path) -> Door:
    """The plain port, unless the test asks for others."""
    return Door.at(getattr(request, "param", Way.PLAIN), confdir)


@pytest.fixture
def make_proxy(folder: RecordingsFolder, reports: list[str], door: Door) -> MakeProxy:
    """Make a proxy on a free port that records into `folder`, with the door."""

    def make(upstream_url: str, **options: object) -> Proxy:
        settings: dict[str, object] = {
            "port": 0,
            "report": reports.append,
            "on_session": lambda news: reports.append(news.text),
            "capture": door.capture,
            **options,
        }
        proxy = Proxy(parse_upstream(upstream_url + door.prefix), folder, **settings)  # type: ignore[arg-type]  # a test passes any option on
        return door.led_to(proxy, upstream_url)

    return make
