"""mitmproxy's process by itself: orders in, messages out, and an end when its input ends."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from doors import need_extra

ORDERS: dict[str, Any] = {
    "door_host": "127.0.0.1",
    "door_port": 1,
    "secret": "s3",
    "reverse": "http://127.0.0.1:1",
    "path_prefix": "",
    "upstream_hosts": ["127.0.0.1:1"],
    "through": "",
    "through_authorization": "",
    "modes": [],
    "realtime_hosts": [],
    "parent_pid": 77,
}


@asynccontextmanager
async def gateway(confdir: Path, **more: object) -> AsyncIterator[asyncio.subprocess.Process]:
    need_extra()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "realtap.proxy.mitm"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        orders = {**ORDERS, "confdir": str(confdir), **more}
        process.stdin.write(msgspec.json.encode(orders) + b"\n")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def told(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    message: dict[str, Any] = msgspec.json.decode(await process.stdout.readline())
    return message


async def test_it_says_where_it_listens_and_ends_when_the_proxy_is_gone(confdir: Path) -> None:
    async with gateway(confdir, modes=["regular@0"]) as process:
        ready = await told(process)
        assert ready["type"] == "ready"
        assert ready["port"] > 0
        [mode] = ready["modes"]
        assert mode["addresses"][0].startswith("127.0.0.1:")
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 10) == 0


@pytest.mark.parametrize("broken", [{"modes": ["nonsense"]}, {"door_port": "none"}])
async def test_orders_that_cannot_be_obeyed_are_told(
    confdir: Path, broken: dict[str, object]
) -> None:
    async with gateway(confdir, **broken) as process:
        assert (await told(process))["type"] == "failed"
        assert await asyncio.wait_for(process.wait(), 10) == 0


@pytest.mark.parametrize("mode", ["reverse:http://127.0.0.1:1@0", "dns@0"])
async def test_a_mode_in_which_sessions_would_go_astray_is_refused(
    confdir: Path, mode: str
) -> None:
    async with gateway(confdir, modes=[mode]) as process:
        failed = await told(process)
    assert failed["is_usage"]
    assert "--upstream" in failed["reason"]


def configurations(folder: Path) -> list[Path]:
    return list(folder.glob("*.conf"))


async def test_keys_of_wireguard_are_their_owners_alone(tmp_path: Path, confdir: Path) -> None:
    await asyncio.to_thread(shutil.copytree, confdir, tmp_path / "ca")
    async with gateway(tmp_path / "ca", modes=["wireguard@0"]) as process:
        ready = await told(process)
    made = configurations(tmp_path / "ca")
    assert len(made) == 2
    for path in made:
        assert path.stat().st_mode & 0o077 == 0
    [mode] = ready["modes"]
    [device] = [path for path in made if str(path) in mode["hint"]]
    assert "PrivateKey = " in device.read_text()
    assert f"Endpoint = {mode['addresses'][0]}\n" in device.read_text() + "\n"
    assert "PrivateKey" not in str(ready)
