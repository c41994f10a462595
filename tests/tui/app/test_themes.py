"""Colours of our own, and those of Textual's themes."""

from pathlib import Path

import pytest
from driven_app import driven
from textual.theme import BUILTIN_THEMES

from realtap.tui.app.themes import OWN


@pytest.mark.parametrize("name", [*sorted(BUILTIN_THEMES), *(theme.name for theme in OWN)])
async def test_every_theme_can_be_chosen(tour: Path, name: str) -> None:
    async with driven(tour, size=(80, 24)) as app:
        app.app.theme = name
        await app.settle()
        assert "session.created" in app.text


def test_own_themes_have_the_same_variables() -> None:
    dark, light = OWN
    assert dark.variables.keys() == light.variables.keys()
    assert dark.dark
    assert not light.dark
