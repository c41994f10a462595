"""A connection on which mitmproxy fails."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from doors import need_extra


class Failing:
    """Layers with an error in them."""

    context = SimpleNamespace(client="the client")

    def handle_event(self, event: object) -> Iterator[object]:
        yield event
        raise NotImplementedError


def test_a_connection_on_which_mitmproxy_fails_is_closed() -> None:
    need_extra()
    from mitmproxy.proxy.commands import CloseConnection

    from realtap.proxy.mitm.sturdy import Sturdy

    layers: Any = Failing()
    event: Any = "an event"
    commands = Sturdy(layers).handle_event(event)
    assert next(commands) is event
    assert isinstance(next(commands), CloseConnection)
    with pytest.raises(NotImplementedError):
        next(commands)
