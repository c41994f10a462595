"""The options by which a proxy captures apps that cannot be pointed at it."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ...proxy.capture import Capture, listen_host
from ...recordings.errors import UsageError
from .options import Address, confdir_option

type Command = Callable[..., Any]

_mode_option = click.option(
    "--mode",
    "modes",
    metavar="MODE",
    multiple=True,
    help="Capture apps that have their server's address built in: regular@8485 is an HTTP proxy, "
    "local:PROCESS captures a program; also socks5, upstream:URL, transparent, wireguard, as "
    "mitmproxy takes them. Repeatable.",
)
_realtime_host_option = click.option(
    "--realtime-host",
    "realtime_hosts",
    metavar="HOST[:PORT]",
    multiple=True,
    help="A Realtime server that captured apps talk to, besides those of OpenAI, Azure and xAI; "
    "*.example.com is possible. Repeatable.",
)


def capture_options(command: Command) -> Command:
    """`--mode`, `--realtime-host` and `--confdir`, which the command gets as `capture`."""

    @wraps(command)
    def with_capture(
        *arguments: object,
        modes: tuple[str, ...],
        realtime_hosts: tuple[str, ...],
        confdir: Path | None,
        **options: object,
    ) -> object:
        return command(*arguments, capture=Capture(modes, realtime_hosts, confdir), **options)

    return _mode_option(_realtime_host_option(confdir_option(with_capture)))


def capture_arguments(capture: Capture) -> list[str]:
    """The same as words of a command line."""
    words = [word for each in capture.modes for word in ("--mode", each)]
    words += [word for each in capture.realtime_hosts for word in ("--realtime-host", each)]
    return words + ([] if capture.confdir is None else ["--confdir", str(capture.confdir)])


def refuse_remote_modes(capture: Capture, *, allow_remote: bool) -> None:
    """Refuse a mode that other machines can reach, unless the person asked for it.

    Raises:
        UsageError: One listens elsewhere than on loopback.
    """
    for mode in capture.modes:
        host = listen_host(mode)
        if host is not None and not (allow_remote or Address(host, 0).is_loopback):
            raise UsageError(
                f"--mode {mode} lets other machines connect, and what they say is recorded here; "
                "add --allow-remote if that is wanted"
            )
