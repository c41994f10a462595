"""What is told of requests that pass; what becomes of them is in `tests/contract/test_plain_http.py`."""

from types import SimpleNamespace
from typing import Any

import pytest
from doors import need_extra


@pytest.mark.parametrize("is_there", [True, False])
def test_an_upstream_is_at_fault_only_while_the_client_is_there(*, is_there: bool) -> None:
    need_extra()
    from mitmproxy.proxy.mode_specs import ReverseMode

    from realtap.proxy.mitm.passing import Passing

    told: list[str] = []
    unused: Any = None
    mode = ReverseMode.parse("reverse:http://127.0.0.1:1")
    connection: Any = SimpleNamespace(
        client=SimpleNamespace(proxy_mode=mode, connected=is_there),
        server=SimpleNamespace(address=("127.0.0.1", 1), error="cancelled"),
    )
    orders: Any = SimpleNamespace(through="")
    Passing(orders, unused, unused, unused, told.append).server_connect_error(connection)
    assert told == (["upstream 127.0.0.1:1: cancelled"] if is_there else [])
