"""The state of a running proxy as lines for people."""

from collections.abc import Iterator

from ...proxy.control.methods import MocksState, ProxyState
from ...proxy.injection.made_call import MadeCall
from ...proxy.injection.status import HeldStatus, PendingCall, SessionStatus
from ...recordings.plain import compact, safe
from .rows import COLOUR, GLYPH, Page, cut

_LABEL_WIDTH = 11
_ARGUMENTS_LIMIT = 200


def status_lines(state: ProxyState, page: Page) -> Iterator[str]:
    """The proxy, its rules, then each open session."""
    yield f"{page.paint('proxy', bold=True)}  {safe(state.url)} → {safe(state.upstream)}"
    yield _row(page, "recordings", state.recordings)
    yield from mocks_lines(state.mocks, page)
    for label, texts in (("faults", state.faults), ("breakpoints", state.breakpoints)):
        if texts:
            yield _row(page, label, ", ".join(texts))
    if not state.sessions:
        yield "no session is open"
    for session in state.sessions:
        yield ""
        yield from _session_lines(session, page)


def mocks_lines(mocks: MocksState, page: Page) -> Iterator[str]:
    """Where the mocks come from, their names, and why a bad file is not in force."""
    if mocks.source:
        rules = ", ".join(mocks.rules) or "nothing"
        yield _row(page, "mocks", f"{mocks.source}: {rules}")
    if mocks.problem:
        told = f"not in force, what it said before is: {mocks.problem}"
        yield page.paint(_row(page, "", told), fg="red")


def held_line(held: HeldStatus, now_s: float, page: Page) -> str:
    """A message that waits: what it is, since when, for what, and until when."""
    arrow = page.paint(GLYPH[held.side], fg=COLOUR[held.side])
    waits = f"for {max(now_s - held.since_s, 0):.1f} s: {held.why}"
    if held.until_s is not None:
        waits += f"; goes on by itself in {max(held.until_s - now_s, 0):.0f} s"
    return f"{held.seq:>5} {arrow} {safe(held.type) or 'no event'}  {safe(waits)}"


def _session_lines(session: SessionStatus, page: Page) -> Iterator[str]:
    facts = (session.model, session.dialect, f"{session.now_s:.1f} s")
    told = ", ".join(safe(each) for each in facts if each)
    yield f"{page.paint('session', bold=True)}  {safe(session.id)}  {page.paint(told, dim=True)}"
    if session.active_response:
        yield _row(page, "response", f"{session.active_response} is being made")
    for call in session.pending_calls:
        yield _row(page, "pending", _pending(call, session.now_s))
    for made in session.made_up_calls:
        yield _row(page, "made up", _made_up(made))
    for held in session.held:
        yield f"  {'held':<{_LABEL_WIDTH}} {held_line(held, session.now_s, page).strip()}"
    for plan in session.planned:
        yield _row(page, "planned", plan)
    if session.rules:
        yield _row(page, "rules", ", ".join(session.rules))


def _pending(call: PendingCall, now_s: float) -> str:
    arguments = compact(call.arguments, _ARGUMENTS_LIMIT)
    return f"{call.call_id} {call.name}({arguments}) for {max(now_s - call.since_s, 0):.1f} s"


def _made_up(made: MadeCall) -> str:
    arguments = compact(made.arguments, _ARGUMENTS_LIMIT)
    told = f"{made.call_id} {made.name}({arguments})".strip()
    output = "" if made.output is None else f" → {compact(made.output, _ARGUMENTS_LIMIT)}"
    return f"{told}{output}: {made.stage}"


def _row(page: Page, label: str, text: str) -> str:
    """A labelled line; a terminal's width is not exceeded."""
    width = len(text) if page.width is None else page.width - _LABEL_WIDTH - 3
    return f"  {label:<{_LABEL_WIDTH}} {cut(safe(text), width)}"
