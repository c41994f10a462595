"""The `realtap` command: its subcommands, its colour, and how every error ends."""

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from ...recordings.errors import RealtapError, UsageError
from . import talk
from .attach import attach
from .attach_call import attach_call
from .breakpoints import breakpoints
from .browse import browse
from .ca import ca
from .calls import calls
from .check import check
from .close import close
from .conversation import conversation
from .demo import demo
from .docs import docs
from .exit_codes import ExitCode, exit_code_for
from .export import export
from .faults import faults
from .held import held, release
from .import_ import import_
from .inject import inject
from .label import label
from .listing import ls
from .mocks import mocks
from .pipes import forget_stdout
from .proxy import proxy
from .replay import replay
from .run import run
from .show import show
from .sim import sim
from .status import status
from .test_command import test


class RealtapGroup(click.Group):
    """A group whose errors are one sentence each, with the exit codes of `ExitCode`."""

    def main(  # type: ignore[override] # click types its two modes apart; both end here
        self,
        args: Sequence[str] | None = None,
        *,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line; standalone mode ends the process with its exit code."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        sys.exit(self._run(args, **extra))

    def _run(self, args: Sequence[str] | None, **extra: Any) -> int:
        try:
            result = super().main(args, standalone_mode=False, **extra)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "realtap"
            talk.complain(f"{_sentence(error.format_message())}; see {command} --help")
            return exit_code_for(error)
        except RealtapError as error:
            talk.complain(str(error))
            return exit_code_for(error)
        except click.Abort:
            return ExitCode.INTERRUPTED
        return result if isinstance(result, int) else ExitCode.FINE

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; a reader that has had enough (`| head`) is no fault."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            forget_stdout()
            return ExitCode.FINE
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise UsageError("the output cannot be written: its disk is full") from error
        return result


def _sentence(message: str) -> str:
    """Click's message in the form of ours: no capital letter, no full stop, on one line."""
    words = " ".join(message.split()).rstrip(".")
    return words[:1].lower() + words[1:]


def _wants_colour(choice: str) -> bool | None:
    """None leaves it to each stream: colour on a terminal."""
    if choice != "auto":
        return choice == "always"
    return False if os.environ.get("NO_COLOR") else None


@click.group(
    cls=RealtapGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour the output; NO_COLOR is honoured.",
)
@click.version_option(package_name="realtap", message="realtap %(version)s")
@click.pass_context
def main(ctx: click.Context, color: str) -> None:
    """See what a voice app and its Realtime API really say to each other.

    realtap is a proxy that an app of the OpenAI Realtime API is pointed at. It passes every event
    on as it is, records it, and shows it.

    \b
    realtap demo         watch a whole conversation; no key, no network
    realtap proxy        record your own app
    realtap show last    read what was recorded
    """
    ctx.color = _wants_colour(color)
    if ctx.invoked_subcommand is None:
        talk.say(ctx.get_help())
        ctx.exit(ExitCode.USAGE)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without arrows gets question marks, never a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for command in (
    demo,
    proxy,
    run,
    sim,
    ls,
    show,
    check,
    docs,
    calls,
    conversation,
    browse,
    attach,
    attach_call,
    ca,
    status,
    inject,
    mocks,
    breakpoints,
    held,
    release,
    faults,
    close,
    label,
    replay,
    test,
    import_,
    export,
):
    main.add_command(command)
