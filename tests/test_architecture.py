"""The page about the architecture names what there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
FOLDERS = ("docs", "proxy", "recordings", "tests", "tools", "tui")

NAMED = sorted(
    {
        name
        for name in re.findall(r"`([^`\s]+)`", PAGE.read_text(encoding="utf-8"))
        if name.startswith(tuple(f"{folder}/" for folder in FOLDERS))
    }
)


def test_the_page_names_files_and_folders() -> None:
    assert {"proxy/door.py", "tui/app/"} <= set(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_what_the_page_names_is_there(name: str) -> None:
    path = ROOT / name
    assert path.is_dir() if name.endswith("/") else path.is_file()


def test_the_page_leads_to_other_pages_that_are_there() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).is_file(), link
