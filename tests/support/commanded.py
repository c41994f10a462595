"""The real commands at a live session, in this process or in one of their own.

async with live(make_proxy) as scene:
    result = await command(scene.proxy, "inject", "response")
"""

import asyncio
import os

from click.testing import CliRunner, Result
from realtap_process import COMMAND, DEADLINE_S

from realtap.proxy.door import Proxy
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main


def place_of(proxy: Proxy) -> dict[str, str]:
    """The environment in which a command finds a proxy of this process."""
    return {"REALTAP_PROXY": proxy.url, "REALTAP_TOKEN": proxy.token}


async def command(proxy: Proxy, *arguments: str, stdin: str | None = None) -> Result:
    """Run `realtap ARGUMENTS` in a thread, while the proxy goes on."""
    return await asyncio.to_thread(
        CliRunner().invoke, main, arguments, input=stdin, env=place_of(proxy)
    )


async def told(proxy: Proxy, *arguments: str, stdin: str | None = None) -> str:
    """What a command prints on stdout, when all goes well."""
    result = await command(proxy, *arguments, stdin=stdin)
    assert result.exit_code == ExitCode.FINE, result.output
    return result.stdout


async def refused(proxy: Proxy, *arguments: str, stdin: str | None = None) -> tuple[int, str]:
    """The exit code and the sentence of a command that is refused."""
    result = await command(proxy, *arguments, stdin=stdin)
    assert result.stdout == ""
    return result.exit_code, result.stderr


async def command_in_process(proxy: Proxy, *arguments: str) -> tuple[int, str, str]:
    """Run it in a process of its own; the exit code, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **place_of(proxy)},
    )
    async with asyncio.timeout(DEADLINE_S):
        stdout, stderr = await process.communicate()
    return process.returncode or 0, stdout.decode(), stderr.decode()
