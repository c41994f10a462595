"""`realtap close`: end a live session in order, with the code of one's choice."""

import click

from .reaching import Place, place_options, session_option


@click.command()
@click.option("--code", type=int, default=1000, show_default=True, help="The close code.")
@click.option("--reason", metavar="TEXT", default="", help="The reason, at most 123 bytes.")
@session_option
@place_options
def close(*, place: Place, code: int, reason: str, session: str) -> None:
    """End a live session with a close frame to both sides, as if the server had.

    To see what an app does then: 1001 is what it gets after the longest time that a session may last,
    1011 and 1012 when the server fails or restarts.
    """
    from ...proxy.control.methods import SessionClose, SessionShow
    from . import talk

    with place.reach() as control:
        session_id = control.ask(SessionShow(session=session)).id
        control.ask(SessionClose(session=session_id, code=code, reason=reason))
    talk.say(f"session {session_id} is closed with code {code}")
