"""`realtap proxy`: record an app's sessions while they go on."""

from pathlib import Path

import click

from ...proxy.capture import Capture
from .capture_options import capture_options, refuse_remote_modes
from .options import (
    Address,
    allow_remote_option,
    has_terminal,
    listen_option,
    recordings_option,
)
from .rules_options import Rules, rules_options

DEFAULT_LISTEN = "127.0.0.1:8484"


@click.command()
@click.option(
    "--upstream",
    metavar="URL|openai|azure:RESOURCE|xai|sim",
    default="openai",
    envvar="REALTAP_UPSTREAM",
    show_default=True,
    show_envvar=True,
    help="The server that the app means to talk to; sim is a simulated one in this process.",
)
@listen_option(DEFAULT_LISTEN)
@allow_remote_option
@recordings_option
@rules_options
@capture_options
@click.option(
    "--control-token",
    metavar="TOKEN",
    envvar="REALTAP_TOKEN",
    show_envvar=True,
    help="What the control channel asks for; by default a random one that only you can read.",
)
@click.option(
    "--sideband",
    is_flag=True,
    help="Join each WebRTC call that an app opens through it, and record its events, too.",
)
@click.option("--headless", is_flag=True, help="Never open an interface in the terminal.")
@click.option(
    "--until-stdin-ends",
    is_flag=True,
    hidden=True,
    help="End when standard input has, and the last connection: for those who start it as a part of theirs.",
)
def proxy(
    *,
    upstream: str,
    listen: Address,
    allow_remote: bool,
    recordings: Path | None,
    rules: Rules,
    capture: Capture,
    control_token: str | None,
    sideband: bool,
    headless: bool,
    until_stdin_ends: bool,
) -> None:
    """Pass an app's sessions on to the server, and record every event.

    In a terminal it opens the interface on the sessions; the proxy runs in a process of its own, and
    goes on when the interface ends, if that is wanted. With --headless, or without a terminal:

    Prints its address on stdout when it listens, and on stderr the line to paste for each kind of
    client, then one line for each session that opens or ends. The app keeps its own key. Ctrl-C
    closes the sessions in order; a second one ends at once.

    `realtap status` tells what goes on in it, and `realtap inject` says something in its sessions.
    """
    import asyncio

    from .folders import folder_from
    from .options import refuse_remote
    from .serving import ProxyService, serve_proxy

    refuse_remote(listen, allow_remote=allow_remote)
    refuse_remote_modes(capture, allow_remote=allow_remote)
    folder = folder_from(recordings)
    folder.ensure_writable()
    service = ProxyService(
        upstream, listen, folder, rules, control_token, sideband, capture, until_stdin_ends
    )
    if has_terminal(headless=headless):
        from .interface import watch_proxy

        watch_proxy(service, allow_remote=allow_remote)
        return
    click.get_current_context().exit(asyncio.run(serve_proxy(service)))
