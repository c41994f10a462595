"""`realtap attach-call`: a WebRTC or SIP call, recorded from its side-band socket."""

from pathlib import Path

import click

from .options import recordings_option
from .rules_options import Rules, rules_options


@click.command("attach-call")
@click.argument("call_id")
@click.option(
    "--upstream",
    metavar="URL|openai|azure:RESOURCE",
    default="openai",
    envvar="REALTAP_UPSTREAM",
    show_default=True,
    show_envvar=True,
    help="The server that holds the call.",
)
@click.option("--fold", is_flag=True, help="Fold runs of deltas to one line.")
@click.option("--quiet", is_flag=True, help="Print no events, only record them.")
@recordings_option
@rules_options
def attach_call(
    call_id: str,
    *,
    upstream: str,
    fold: bool,
    quiet: bool,
    recordings: Path | None,
    rules: Rules,
) -> None:
    """Join the WebRTC or SIP call CALL_ID, record its events and print them until it ends.

    The app and the server stay connected as they are: realtap is one more client of the call. The id is
    at the end of the Location header that answers POST /v1/realtime/calls, and in the webhook
    realtime.call.incoming. The key comes from OPENAI_API_KEY or AZURE_OPENAI_API_KEY, and has to be of
    the project that made the call. The audio itself does not come this way.

    `realtap inject` works on it as on any session. Ctrl-C leaves the call, which goes on.

    \b
    realtap attach-call rtc_u0_abc
    realtap attach-call rtc_u0_abc --upstream azure:my-resource
    """
    import asyncio

    from .attending import Attendance, attend
    from .folders import folder_from

    folder = folder_from(recordings)
    folder.ensure_writable()
    attendance = Attendance(
        call_id=call_id,
        server=upstream,
        folder=folder,
        rules=rules,
        is_folded=fold,
        is_quiet=quiet,
    )
    click.get_current_context().exit(asyncio.run(attend(attendance)))
