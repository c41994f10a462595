"""Options that several commands share: each is declared once, here."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click

from ...recordings.errors import UsageError

type Command = Callable[..., Any]

recordings_option: Callable[[Command], Command] = click.option(
    "--recordings",
    "recordings",
    metavar="DIR",
    type=click.Path(path_type=Path),
    envvar="REALTAP_RECORDINGS",
    show_envvar=True,
    help="The folder of recordings; by default ./recordings if it exists, else your data folder.",
)

json_option: Callable[[Command], Command] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON Lines."
)

confdir_option: Callable[[Command], Command] = click.option(
    "--confdir",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="mitmproxy's folder, with the certificate authority; by default ~/.mitmproxy.",
)

allow_remote_option: Callable[[Command], Command] = click.option(
    "--allow-remote",
    is_flag=True,
    help="Let other machines connect. Whoever reaches the port talks through it, unencrypted and "
    "without a password, and what they say is recorded here.",
)


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """True when only programs of this machine can connect."""
        import ipaddress

        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def _parse_address(_context: click.Context, _parameter: click.Parameter, text: str) -> Address:
    """`HOST:PORT`, `[IPV6]:PORT`, or a port alone, which means loopback."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise click.BadParameter(
            f"{text!r} is not an address; write it as 127.0.0.1:8484, or 127.0.0.1:0 for any free port"
        )
    return Address(host, int(port))


def listen_option(default: str) -> Callable[[Command], Command]:
    """`--listen` with a command's own default port."""
    return click.option(
        "--listen",
        metavar="HOST:PORT",
        callback=_parse_address,
        default=default,
        envvar="REALTAP_LISTEN",
        show_default=True,
        show_envvar=True,
        help="Where to listen; port 0 takes any free one.",
    )


def refuse_remote(listen: Address, *, allow_remote: bool) -> None:
    """Refuse an address that other machines can reach, unless the person asked for it.

    Raises:
        UsageError: It is not a loopback address.
    """
    if not (listen.is_loopback or allow_remote):
        raise UsageError(
            f"--listen {listen.host}:{listen.port} lets other machines connect: whoever reaches it "
            "talks through realtap unencrypted and without a password; add --allow-remote if that "
            "is wanted, or listen on 127.0.0.1"
        )


def has_terminal(*, headless: bool) -> bool:
    """Whether there is a terminal for the interface, and nobody said otherwise."""
    return not headless and sys.stdin.isatty() and sys.stdout.isatty()
