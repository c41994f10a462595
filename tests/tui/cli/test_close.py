"""`realtap close`: a live session ends with the code of one's choice."""

import pytest
from commanded import refused, told
from live import MakeProxy, live
from websockets.exceptions import ConnectionClosedError

from realtap.tui.cli.exit_codes import ExitCode


async def test_session_is_closed_with_a_code_and_a_reason(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await told(scene.proxy, "close", "--code", "1012", "--reason", "restart")
        with pytest.raises(ConnectionClosedError) as closed:
            await scene.app.hear("never")
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1012, "restart")


async def test_code_that_no_frame_can_have_is_refused(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        code, sentence = await refused(scene.proxy, "close", "--code", "1006")
        assert code == ExitCode.USAGE
        assert "a close frame cannot say that" in sentence
        await scene.app.write("Hello")
        await scene.app.hear("response.done")
