"""Apps for Node, in `tests/node`: each prints what came of its conversation as JSON, or why there is none."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from raw_peers import PATIENCE_S

APPS: Final = Path(__file__).resolve().parents[1] / "node"

KEY: Final = "ek_AAAAbbbbCCCCddddEEEE1111"
"""Of the apps; one that a page in a browser may have."""

OLDEST_MAJOR: Final = 20
"""Of Node: the libraries do not start on older ones."""

PACKAGES: Final[dict[str, str]] = json.loads((APPS / "package.json").read_text())["dependencies"]
"""The libraries, and the versions of them that are tested."""


def need_packages() -> None:
    """Skip a test that needs a library where one is missing."""
    missing = [name for name in PACKAGES if not (APPS / "node_modules" / name).is_dir()]
    if missing:
        what = ", ".join(missing)
        pytest.skip(f"{what} not installed: make test does that where npm has a registry")


@cache
def node() -> str:
    """The program, or a skipped test where there is none that is new enough."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node is not installed")
    version = subprocess.run(
        [found, "--version"], capture_output=True, text=True, check=True
    ).stdout
    if int(version.strip().removeprefix("v").partition(".")[0]) < OLDEST_MAJOR:
        pytest.skip(f"Node {version.strip()} is older than {OLDEST_MAJOR}")
    return found


def command(app: str) -> list[str]:
    """What starts an app; skips the test where that cannot be done."""
    need_packages()
    # Node 22 needs no flag for its own WebSocket, and takes it.
    return [node(), "--no-warnings", "--experimental-websocket", str(APPS / app)]


async def run(app: str, environment: Mapping[str, str]) -> Any:
    """What an app tells, a list: the call, and the answer.

    Args:
        app: The file's name in `tests/node`.
        environment: All variables that it has, but PATH.
    """
    process = await asyncio.create_subprocess_exec(
        *command(app),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], **environment},
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, said.decode()
    return json.loads(said)
