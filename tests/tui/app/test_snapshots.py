"""The screens as plain text, as people see them; `REALTAP_UPDATE_SNAPSHOTS=1` writes them anew."""

from collections.abc import Callable
from pathlib import Path

import pytest
from driven_app import driven

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}

type Compare = Callable[[str, str], None]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("list", ["f", *"type:response.output_item.* item.type=function_call", "enter"]),
        ("ladder", ["2", "/", *"call_paris", "enter", "g", "n"]),
        ("dialogue", ["3"]),
        ("calls", ["4", "j"]),
        ("timeline", ["5", "]"]),
        ("json", ["]", "."]),
        ("reference", ["]", ".", "."]),
        ("related", ["]", ".", ".", "."]),
        ("findings", ["]", ","]),
        ("help", ["?"]),
    ],
)
async def test_screen_of_a_session(
    tour: Path, compare: Compare, name: str, keys: list[str], size: str
) -> None:
    async with driven(tour, size=SIZES[size]) as app:
        await app.press(*keys)
        # What is said in passing covers what is tested.
        app.app.clear_notifications()
        await app.settle()
        compare(f"{name}-{size}", app.text)


@pytest.mark.parametrize("size", SIZES)
async def test_screen_of_sessions(tour: Path, compare: Compare, size: str) -> None:
    async with driven(tour, opens=False, size=SIZES[size]) as app:
        compare(f"sessions-{size}", app.text)


@pytest.mark.parametrize("size", SIZES)
async def test_screen_without_sessions(compare: Compare, size: str) -> None:
    async with driven(size=SIZES[size]) as app:
        compare(f"welcome-{size}", app.text)


async def test_screen_without_colour_says_the_same(
    tour: Path, compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driven(tour, size=SIZES["80x24"]) as app:
        await app.press("]", ",")
        app.app.clear_notifications()
        await app.settle()
        assert app.app.no_color
        compare("findings-80x24", app.text)


async def test_screen_of_ascii_has_no_other_signs(tour: Path, compare: Compare) -> None:
    async with driven(tour, is_ascii=True) as app:
        await app.press("2", "]")
        app.app.clear_notifications()
        await app.settle()
        compare("ascii-120x40", app.text)
