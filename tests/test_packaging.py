"""What is installed is what is on disk, and importing it stays light."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("proxy", "recordings", "tui")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def packages_on_disk() -> set[str]:
    """Every folder of the three floors that holds Python modules, by its import name."""
    modules = (module for floor in FLOORS for module in (ROOT / floor).rglob("*.py"))
    folders = {module.parent.relative_to(ROOT) for module in modules}
    return {".".join(("realtap", *folder.parts)) for folder in folders}


def test_every_package_on_disk_is_in_the_wheel() -> None:
    """A forgotten one would be left out without a word."""
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == packages_on_disk()


def test_every_package_has_an_init_that_says_what_it_is_for() -> None:
    for package in packages_on_disk():
        init = ROOT.joinpath(*package.split(".")[1:], "__init__.py")
        assert init.read_text().startswith('"""'), f"{init} has no docstring"


@pytest.mark.parametrize("floor", FLOORS)
def test_each_floor_is_typed_for_those_who_import_it(floor: str) -> None:
    assert (ROOT / floor / "py.typed").exists()


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        (
            "realtap.recordings.reader",
            {"asyncio", "socket", "ssl", "websockets", "textual", "rich"},
        ),
        (
            "realtap.recordings.writer",
            {"asyncio", "socket", "ssl", "websockets", "textual", "rich"},
        ),
        ("realtap.proxy.door", {"textual", "rich", "click", "mitmproxy", "pytest"}),
        ("realtap.proxy.demo.app", {"realtap.proxy.relay", "realtap.recordings"}),
    ],
)
def test_importing_a_part_does_not_load_what_it_has_no_use_for(
    module: str, banned: set[str]
) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert module in loaded
    assert banned.isdisjoint(loaded)


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    start = lines.index("dependencies = [") + 1
    declared = lines[start : lines.index("]", start)]
    assert len(declared) == len(PROJECT["project"]["dependencies"])
    assert all("#" in line for line in declared)
