"""How a command reaches the proxy that runs: the options for it, and the connection."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from ...proxy.control import ControlClient
    from ...proxy.injection.status import SessionStatus

type Command = Callable[..., Any]

control_token_option: Callable[[Command], Command] = click.option(
    "--control-token",
    metavar="TOKEN",
    envvar="REALTAP_TOKEN",
    show_envvar=True,
    help="What the proxy's control channel asks for; not needed for your own proxies on this machine.",
)

session_option: Callable[[Command], Command] = click.option(
    "--session",
    metavar="ID",
    default="",
    help="An open session, by its id or a part of it; without it, the one that began last.",
)

dry_run_option: Callable[[Command], Command] = click.option(
    "--dry-run", is_flag=True, help="Send nothing; tell what would be sent, and when."
)


class Place(NamedTuple):
    """Which proxy is meant."""

    proxy: str | None
    """Its URL; None: the one that started last on this machine."""
    token: str | None

    def reach(self) -> "ControlClient":
        """The control channel; it is opened by `with`.

        Raises:
            WireError: No such proxy runs.
        """
        from ...proxy.control import ControlClient

        if self.proxy and self.token:
            # It may run on another machine, or in a container: there is no note of it here.
            return ControlClient(_control_url(self.proxy), self.token)
        return ControlClient.find(self.proxy, token=self.token)


def session_of(
    control: "ControlClient", session: str, is_it: Callable[["SessionStatus"], bool]
) -> str:
    """The session that a command is for.

    Args:
        control: The proxy.
        session: What the person said of it; it counts.
        is_it: Whether a session has what the command is about, such as a call of this id. If only one
            has, it is meant; else the newest, for which nothing has to be said.
    """
    if session:
        return session
    from ...proxy.control.methods import SessionsList

    found = [each.id for each in control.ask(SessionsList()) if is_it(each)]
    return found[0] if len(found) == 1 else ""


def place_options(command: Command) -> Command:
    """`--proxy` and `--control-token`, which the command gets as `place`."""

    @wraps(command)
    def with_place(
        *arguments: object, proxy: str | None, control_token: str | None, **options: object
    ) -> object:
        return command(*arguments, place=Place(proxy, control_token), **options)

    proxy_option = click.option(
        "--proxy",
        metavar="URL",
        envvar="REALTAP_PROXY",
        show_envvar=True,
        help="The proxy's address; without it, the one that started last on this machine.",
    )
    return proxy_option(control_token_option(with_place))


def _control_url(proxy: str) -> str:
    """Where the control channel of a proxy is, by the address that apps use."""
    from urllib.parse import urlsplit

    from ...proxy.control.admission import CONTROL_PATH

    parts = urlsplit(proxy if "://" in proxy else f"ws://{proxy}")
    scheme = "wss" if parts.scheme in {"https", "wss"} else "ws"
    return f"{scheme}://{parts.netloc}{CONTROL_PATH}"
