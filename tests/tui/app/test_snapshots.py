"""The screens as plain text, as people see them; `REALTAP_UPDATE_SNAPSHOTS=1` writes them anew.

One run of the app goes through all screens of one size: the recording is opened anew for each.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from driven_app import DrivenApp, driven

from realtap.recordings.labels import Label, write_label
from realtap.tui.app.screens.session import SessionScreen

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}

SESSION: dict[str, Sequence[str]] = {
    "list": ["f", *"type:*item.done", "enter"],
    "ladder": ["2", "/", *"paris", "enter", "g", "n"],
    "dialogue": ["3"],
    "calls": ["4", "j"],
    "timeline": ["5", "]"],
    "json": ["]", "."],
    "reference": ["]", ".", "."],
    "related": ["]", ".", ".", "."],
    "findings": ["]", ","],
    "all-findings": ["!", "j"],
    "zoomed": ["]", "enter", "\\"],
    "unfolded": ["j", "m", "a", "t", "z", "G"],
    "no-hits": ["f", *"x=1", "enter"],
    "filter": ["f", *"type:resp"],
    "wrong-filter": ["f", *"from:me"],
    "copy": ["]", "]", "]", "y"],
    "help": ["?"],
}
"""What is pressed in a session to come to each screen."""
LIST: dict[str, Sequence[str]] = {
    "sessions": [],
    "sessions-search": ["/", *"weather"],
    "sessions-name": ["n"],
    "sessions-delete": ["x"],
    "sessions-help": ["?"],
}
"""What is pressed in the list of sessions."""

type Compare = Callable[[str, str], None]


async def look_at_all(app: DrivenApp, tour: Path, see: Callable[[str], None]) -> None:
    """Go to every screen."""
    for name, keys in LIST.items():
        await app.press(*keys)
        see(name)
        if keys:
            await app.press("escape")
    for name, keys in SESSION.items():
        app.app.open_session(tour)
        await app.settle()
        await app.press(*keys)
        # What is said in passing covers what is tested.
        app.app.clear_notifications()
        await app.settle()
        see(name)
        while not isinstance(app.app.screen, SessionScreen):
            await app.press("escape")
        app.app.leave_session()
        await app.settle()


def colours(app: DrivenApp) -> set[str]:
    """The hues on the screen; greys are none."""
    found = set()
    for strip in app.app.screen._compositor.render_strips():
        for segment in strip:
            colour = segment.style.color if segment.style else None
            triplet = colour.get_truecolor() if colour is not None else None
            if triplet is not None and len(set(triplet)) > 1:
                found.add(triplet.hex)
    return found


@pytest.fixture
def named(tour: Path) -> Path:
    """The tour, with a name and a note."""
    write_label(tour, Label.NAME, "weather in Rome", at=20.0)
    write_label(tour, Label.NOTE, "the second call has no answer", at=20.0)
    return tour


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_is_as_it_was(named: Path, compare: Compare, size: str) -> None:
    async with driven(named, opens=False, size=SIZES[size]) as app:

        def see(name: str) -> None:
            compare(f"{name}-{size}", app.text)
            assert len(colours(app)) > 2, name

        await look_at_all(app, named, see)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_says_the_same_without_colour(
    named: Path, compare: Compare, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driven(named, opens=False, size=SIZES[size]) as app:
        assert app.app.no_color

        def see(name: str) -> None:
            compare(f"{name}-{size}", app.text)
            assert not colours(app), name

        await look_at_all(app, named, see)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_every_screen_can_be_drawn_with_ascii(
    named: Path, compare: Compare, size: str
) -> None:
    async with driven(named, opens=False, size=SIZES[size], is_ascii=True) as app:

        def see(name: str) -> None:
            foreign = {character for character in app.text if not character.isascii()}
            assert not foreign, name
            if size == "80x24":
                compare(f"ascii/{name}-{size}", app.text)

        await look_at_all(app, named, see)


@pytest.mark.parametrize("size", SIZES)
async def test_screen_without_sessions(compare: Compare, size: str) -> None:
    async with driven(size=SIZES[size]) as app:
        compare(f"welcome-{size}", app.text)
