"""`realtap proxy`: record an app's sessions while they go on."""

from pathlib import Path

import click

from .options import (
    Address,
    allow_remote_option,
    has_terminal,
    listen_option,
    recordings_option,
)

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
@click.option("--headless", is_flag=True, help="Never open an interface in the terminal.")
def proxy(
    upstream: str, listen: Address, allow_remote: bool, recordings: Path | None, headless: bool
) -> None:
    """Pass an app's sessions on to the server, and record every event.

    In a terminal it opens the interface on the sessions; the proxy runs in a process of its own, and
    goes on when the interface ends, if that is wanted. With --headless, or without a terminal:

    Prints its address on stdout when it listens, and on stderr the line to paste for each kind of
    client, then one line for each session that opens or ends. The app keeps its own key. Ctrl-C
    closes the sessions in order; a second one ends at once.
    """
    import asyncio

    from .folders import folder_from
    from .options import refuse_remote
    from .serving import serve_proxy

    refuse_remote(listen, allow_remote=allow_remote)
    folder = folder_from(recordings)
    folder.ensure_writable()
    if has_terminal(headless=headless):
        from .interface import watch_proxy

        watch_proxy(upstream, listen, folder, allow_remote=allow_remote)
        return
    click.get_current_context().exit(asyncio.run(serve_proxy(upstream, listen, folder)))
