"""The signs that stand beside words: one set for every terminal, one of ASCII.

A sign never stands alone: a letter or a word says the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...recordings.event import Event, Fate, Origin, Side
from ...recordings.findings.finding import Severity


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs."""

    from_client: str = "→ C"
    """Arrow and letter, seen from the app: what it sends goes to the right."""
    from_server: str = "← S"
    shaft: str = "─"
    """What the arrows of the ladder are made of."""
    to_right: str = "▶"
    to_left: str = "◀"
    bar: str = "│"
    closed: str = "▸"
    """Something is folded away here."""
    open: str = "▾"
    live: str = "●"
    ended: str = "○"
    failed: str = "✗"
    fine: str = "✓"
    error: str = "✖"
    warning: str = "▲"
    info: str = "•"
    mark: str = "◆"
    joined: str = "⇠"
    leads_to: str = "→"
    pause: str = "‖"
    follow: str = "▼"
    dot: str = "·"
    ellipsis: str = "…"
    branch: str = "├ "
    last_branch: str = "└ "
    trunk: str = "│ "
    waves: str = " ▁▂▃▄▅▆▇█"
    """Loudness from nothing to full."""
    filled: str = "█"
    shaded: str = "▒"
    spellings: Mapping[int, int] = field(default_factory=dict)
    """How signs in other people's sentences are written, for `str.translate`."""

    @property
    def is_ascii(self) -> bool:
        """Only signs that every terminal has."""
        return bool(self.spellings)

    def side(self, side: Side) -> str:
        """Arrow and letter of who speaks."""
        return self.from_client if side is Side.CLIENT else self.from_server

    def severity(self, severity: Severity) -> str:
        """The sign of a finding."""
        match severity:
            case Severity.ERROR:
                return self.error
            case Severity.WARNING:
                return self.warning
            case Severity.INFO:
                return self.info


UNICODE = Glyphs()
ASCII = Glyphs(
    from_client="> C",
    from_server="< S",
    shaft="-",
    to_right=">",
    to_left="<",
    bar="|",
    closed="+",
    open="-",
    live="*",
    ended="o",
    failed="x",
    fine="ok",
    error="!",
    warning="^",
    info=".",
    mark="#",
    joined="<-",
    leads_to="->",
    pause="||",
    follow="v",
    dot="-",
    ellipsis="~",
    branch="|-",
    last_branch="`-",
    trunk="| ",
    waves=" .:-=+*#@",
    filled="#",
    shaded=":",
    # Ellipsis, dots, arrows, times, dashes and quotation marks; each as wide as what it stands for.
    # Ellipsis, dots, arrows, times, dashes and quotation marks; each as wide as what it stands for.
    spellings=str.maketrans(
        "\u2026\u00b7\u2022\u2192\u2190\u2191\u2193\u00d7\u2013\u2014\u2018\u2019\u201c\u201d",
        "~-*><^vx--''\"\"",
    ),
)

_HANDS = {
    Origin.INJECTED: "*",
    Origin.MOCK: "*",
    Origin.FAULT: "*",
    Origin.REPLAY: "*",
    Fate.EDITED: "~",
    Fate.DROPPED: "x",
    Fate.HELD: "=",
}


def hand(event: Event) -> str:
    """The sign of an event that somebody had a hand in; a space for all others."""
    return _HANDS.get(event.fate) or _HANDS.get(event.origin) or " "
