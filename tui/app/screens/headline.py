"""The line at the top of a session: which one it is, how long, how much, how it ended."""

from urllib.parse import urlsplit

from textual.content import Content

from ....recordings.labels import Label
from ....recordings.plain import safe
from ..glyphs import Glyphs
from ..session.session import Session
from ..wording import count, length

BROAD = 110
"""A narrower terminal is told less."""


def headline(session: Session, glyphs: Glyphs, *, is_live: bool, width: int) -> Content:
    """The line for a session as it is now."""
    header = session.index.header
    settings = session.study.settings
    facts = [
        count(len(session), "event"),
        length(session.last_at),
        count(len(session.calls), "call"),
        settings.get("model", ""),
    ]
    if width >= BROAD:
        agent = header.client.get("agent")
        facts += [agent if isinstance(agent, str) else "", urlsplit(header.upstream).netloc]
    name = session.labels.get(Label.NAME, "")
    told = f" {glyphs.dot} ".join(safe(each) for each in facts if each)
    return Content.assemble(
        (" realtap ", "bold $background on $primary"),
        (f" {glyphs.closed} ", "$quiet"),
        (f'"{safe(name)}"  ' if name else "", "bold $accent"),
        (f"{safe(session.path.stem)}  ", "" if name else "bold"),
        _state(session, glyphs, is_live=is_live, is_broad=width >= BROAD),
        (f"  {told}", "$quiet"),
    )


def _state(session: Session, glyphs: Glyphs, *, is_live: bool, is_broad: bool) -> tuple[str, str]:
    closed = session.index.closed
    if closed is not None:
        is_fine = closed.code in {1000, 1001, 1005}
        sign = glyphs.ended if is_fine else glyphs.failed
        reason = f" {safe(closed.reason)}" if closed.reason and not is_fine else ""
        who = f" by the {closed.side}, {closed.code}" if is_broad else f" {closed.code}"
        text = f"{sign} closed{who}{reason}"
        return (text, "$quiet" if is_fine else "bold $error")
    if is_live:
        return (f"{glyphs.live} LIVE", "bold $success")
    return (f"{glyphs.ended} no end was recorded", "$warning")
