"""One line that says where the person is: following or not, position, filter, search, troubles."""

from dataclasses import dataclass, replace

from textual.content import Content
from textual.widgets import Static

from ..glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class Status:
    """What the line says."""

    is_following: bool = False
    is_live: bool = False
    behind: int = 0
    """Events that came since it stands still."""
    position: int = 0
    """The number of the selected event; 0 for none."""
    total: int = 0
    shown: int = 0
    """Events that the filter lets through."""
    filter_text: str = ""
    filter_is_off: bool = False
    search: str = ""
    """The words, and which of how many is selected."""
    times: str = ""
    mark: str = ""
    """The time from the last mark to the selected event."""
    held: int = 0
    """Messages that wait at breakpoints."""
    progress: str = ""
    stopped: str = ""
    """What the person stopped, and how it goes on."""
    trouble: str = ""


class StatusBar(Static):
    """Shows a `Status`."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self._glyphs = glyphs
        self.status = Status()

    def change(self, **changes: object) -> None:
        """Say something else."""
        changed = replace(self.status, **changes)  # type: ignore[arg-type] # the fields' own types, by name
        if changed != self.status:
            self.status = changed
            self.update(self._told(changed), layout=False)

    def _told(self, told: Status) -> Content:
        glyphs = self._glyphs
        parts: list[tuple[str, str]] = [self._pill(told)]
        if told.behind and not told.is_following:
            parts.append((f" +{told.behind:,} new, space to follow ", "$warning"))
        if told.held:
            parts.append((f" = {told.held:,} held, b ", "bold $background on $error"))
        if told.total:
            parts.append((f" {told.position:,}/{told.total:,} ", "bold"))
        if told.filter_text:
            label = "filter off" if told.filter_is_off else f"{told.shown:,} shown"
            parts.append((f" {glyphs.closed} {told.filter_text} ", "$accent"))
            parts.append((f"{label} ", "$quiet"))
        parts += [(f" {each} ", style) for each, style in self._rest(told) if each]
        return Content.assemble(*parts)

    def _rest(self, told: Status) -> tuple[tuple[str, str], ...]:
        return (
            (told.search, "$success"),
            (told.mark, "$accent"),
            (f"times {told.times}" if told.times else "", "$quiet"),
            (told.progress, "$primary"),
            (told.stopped, "$warning"),
            (f"{self._glyphs.error} {told.trouble}" if told.trouble else "", "bold $error"),
        )

    def _pill(self, told: Status) -> tuple[str, str]:
        if told.is_following:
            return f" {self._glyphs.follow} FOLLOW ", "bold $background on $success"
        if told.is_live:
            return f" {self._glyphs.pause} PAUSED ", "bold $background on $warning"
        return f" {self._glyphs.ended} RECORDED ", "$quiet on $panel"
