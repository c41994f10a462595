"""`realtap replay`: a recording plays the server to an app, without key, network or cost."""

from pathlib import Path
from typing import Literal

import click

from .options import Address, allow_remote_option, listen_option, recordings_option

DEFAULT_LISTEN = "127.0.0.1:8486"


def _parse_speed(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> float | None:
    """How many times faster than recorded; 0 does not wait at all."""
    if text is None:
        return None
    named = {"instant": 0.0, "recorded": 1.0}
    try:
        speed = named[text] if text in named else float(text)
    except ValueError:
        speed = -1.0
    if speed < 0 or speed == float("inf") or (speed == 0 and text not in named):
        raise click.BadParameter(
            f"{text!r} is no pace; say instant, recorded, or how many times faster: 2"
        )
    return speed


@click.command()
@click.argument("recording", nargs=-1, required=True)
@listen_option(DEFAULT_LISTEN)
@allow_remote_option
@click.option(
    "--pace",
    "speed",
    callback=_parse_speed,
    metavar="instant|recorded|N",
    help="How quickly to play; N is so many times faster than recorded. By default instant, and with "
    "--to as recorded.",
)
@click.option(
    "--level",
    type=click.Choice(["type", "shape", "exact"]),
    default="shape",
    show_default=True,
    help="How closely the app has to say what it said: shape leaves out ids, audio and times.",
)
@click.option(
    "--ignore",
    metavar="PATH",
    multiple=True,
    help="A field that never matters, such as session.instructions or item.content[].text; repeatable.",
)
@click.option("--lenient", is_flag=True, help="Take also what a real server refuses.")
@click.option(
    "--patience",
    "patience_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.0, min_open=True),
    default=30.0,
    show_default=True,
    help="How long to wait for the app when it is its turn.",
)
@click.option(
    "--to",
    "server",
    metavar="URL|openai|azure:RESOURCE|xai|sim",
    help="Play the app instead: say to this server what the app said, and tell where the two sessions "
    "part. The key comes from the environment.",
)
@click.option("--model", help="With --to: ask for this model instead of the recorded one.")
@click.option("--again", is_flag=True, help="Begin anew when all are played, until Ctrl-C.")
@recordings_option
@click.pass_context
def replay(
    ctx: click.Context,
    *,
    recording: tuple[str, ...],
    listen: Address,
    allow_remote: bool,
    speed: float | None,
    level: Literal["type", "shape", "exact"],
    ignore: tuple[str, ...],
    lenient: bool,
    patience_s: float,
    again: bool,
    server: str | None,
    model: str | None,
    recordings: Path | None,
) -> None:
    """Play the server's side of each RECORDING to an app: the first connection gets the first one.

    RECORDING is a path, an id, the beginning of an id, or `last`. Prints its address on stdout when
    it listens. Ends when all are played: with exit code 0 if the app did what it did when it was
    recorded, else with 1, and tells where it went another way.

    With --to it plays the app's side of one RECORDING to a live server, records that session, and
    tells in what the two differ: for another model, or another server.
    """
    import asyncio

    from ...recordings.errors import UsageError
    from ...recordings.replay.matching import Level, Rules
    from ...recordings.replay.script import Script
    from .folders import folder_from
    from .options import refuse_remote
    from .replaying import serve_replay

    refuse_remote(listen, allow_remote=allow_remote)
    folder = folder_from(recordings)
    try:
        rules = Rules(Level(level), ignore)
    except ValueError as error:
        raise UsageError(f"--ignore: {error}") from error
    scripts = [Script.read(folder.find(name)) for name in recording]
    if server is not None:
        from .replaying_to import replay_to

        if len(scripts) > 1:
            raise UsageError("--to plays one RECORDING at a time")
        live = replay_to(
            scripts[0],
            server,
            folder,
            model=model,
            speed=1.0 if speed is None else speed,
            patience_s=patience_s,
        )
        ctx.exit(asyncio.run(live))
    ctx.exit(
        asyncio.run(
            serve_replay(
                scripts,
                listen,
                rules=rules,
                speed=speed or 0.0,
                is_strict=not lenient,
                patience_s=patience_s,
                is_endless=again,
            )
        )
    )
