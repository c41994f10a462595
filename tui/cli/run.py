"""`realtap run`: the proxy around one command, which needs no change."""

from pathlib import Path
from typing import Any

import click

from .options import listen_option
from .proxy import proxy

DEFAULT_LISTEN = "127.0.0.1:0"
"""Any free port: several commands may run side by side."""

_OWN_OPTIONS = frozenset({"listen", "headless", "until_stdin_ends"})
"""Options of `realtap proxy` that mean something else here, or nothing."""


class RunCommand(click.Command):
    """A command whose options end where another command begins.

    It takes the options of `realtap proxy` as that declares them, and hands them on as they were typed.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        known = {parameter.name for parameter in self.params}
        self.params[:0] = [
            each
            for each in proxy.params
            if each.name not in _OWN_OPTIONS and each.name not in known
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the options' own words: they are for the proxy's process."""
        words = list(args)
        rest = super().parse_args(ctx, args)
        command = ctx.params.get("command") or ()
        options = words[: len(words) - len(command)]
        ctx.meta["proxy_options"] = options[:-1] if options[-1:] == ["--"] else options
        return rest


@click.command(cls=RunCommand, context_settings={"allow_interspersed_args": False})
@listen_option(DEFAULT_LISTEN)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def run(
    ctx: click.Context,
    /,
    *,
    command: tuple[str, ...],
    upstream: str,
    recordings: Path | None,
    **_options: object,
) -> None:
    """Run COMMAND with its sessions recorded; it needs no change.

    A proxy listens on a free port as long as COMMAND runs. COMMAND gets OPENAI_BASE_URL (for Azure also
    AZURE_OPENAI_ENDPOINT) and NO_PROXY, and with --upstream sim a key that only the simulated server
    takes. Where mitmproxy is installed, it gets HTTPS_PROXY and the variables by which it trusts
    mitmproxy's certificates, too: an app that is hard-wired to wss://api.openai.com is caught when its
    library honours them.

    Terminal, standard input and output, signals and the exit code are COMMAND's own. At the end stderr
    tells where the sessions are, and what is wrong in them. If realtap itself is killed, COMMAND's open
    sessions go on, and the proxy ends with the last one.

    \b
    realtap run -- python app.py
    realtap run --upstream sim -- pytest tests/voice
    """
    from .errand import Errand, run_errand
    from .folders import folder_from

    folder = folder_from(recordings)
    folder.ensure_writable()
    errand = Errand(command, upstream, folder, tuple(ctx.meta["proxy_options"]))
    ctx.exit(run_errand(errand, confdir=_confdir(_options)))


def _confdir(options: dict[str, object]) -> Path | None:
    """mitmproxy's folder, where `realtap proxy` takes one."""
    confdir = options.get("confdir")
    return confdir if isinstance(confdir, Path) else None
