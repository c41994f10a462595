"""The big voice frameworks, unmodified, through the proxy to the simulator, where they are installed."""

from collections.abc import Callable

import pytest
from framework_apps import FRAMEWORK_APPS
from real_apps import KEY, App
from whole_call import assert_whole_call

from realtap.proxy.door import Proxy
from realtap.proxy.simulator import Simulator
from realtap.recordings.folder import RecordingsFolder

type MakeProxy = Callable[..., Proxy]


@pytest.mark.slow
@pytest.mark.parametrize("app", FRAMEWORK_APPS, ids=lambda app: app.__name__)
async def test_framework_completes_a_function_call(
    make_proxy: MakeProxy, folder: RecordingsFolder, app: App
) -> None:
    async with Simulator(fast=True) as simulator:
        async with make_proxy(simulator.url.removesuffix("/v1")) as proxy:
            told = await app(proxy.url.replace("ws", "http", 1))
    assert told[0].startswith("get_weather(")
    assert len(told) > 1
    assert assert_whole_call(folder, KEY).via == "reverse"
