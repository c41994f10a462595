"""`realtap sim`: the simulated server alone."""

from pathlib import Path
from typing import Literal

import click

from .options import Address, allow_remote_option, listen_option

DEFAULT_LISTEN = "127.0.0.1:8485"


@click.command()
@listen_option(DEFAULT_LISTEN)
@allow_remote_option
@click.option(
    "--script",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What the model hears and says (TOML); by default it calls the first tool that fits, "
    "else answers in words.",
)
@click.option(
    "--dialect",
    type=click.Choice(["ga", "beta"]),
    default="ga",
    show_default=True,
    help="Event names and session fields.",
)
@click.option("--fast", is_flag=True, help="Send everything at once, without pacing the audio.")
def sim(
    listen: Address,
    allow_remote: bool,
    script: Path | None,
    dialect: Literal["ga", "beta"],
    fast: bool,
) -> None:
    """Run a simulated Realtime server: no key, no network.

    Prints its address on stdout when it listens. It wants a key, as the real server does, and takes
    any; it knows the names of OpenAI's models.
    """
    import asyncio

    from .options import refuse_remote
    from .serving import serve_simulator

    refuse_remote(listen, allow_remote=allow_remote)
    click.get_current_context().exit(
        asyncio.run(serve_simulator(listen, script, dialect=dialect, is_fast=fast))
    )
