"""What docs/clients.md calls tested is tested, in the version that it names."""

import re
from pathlib import Path

import pytest
from node_apps import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")


def pinned() -> dict[str, str]:
    """The version of each package that the tests are run with: Python's, and those of Node by their npm names."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    python = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    # In one namespace: npm's `openai` is another package than Python's.
    return python | {f"npm {name}": version.lstrip("~^") for name, version in PACKAGES.items()}


def section(heading: str) -> str:
    """The part of the page below a heading."""
    [found] = re.findall(
        rf"^### {re.escape(heading)}\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE
    )
    return str(found)


def test_each_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    assert named
    assert named - set(re.findall(r"def (test_\w+)", sources)) == set()


def test_each_tested_line_names_its_test() -> None:
    told = [part for part in re.split(r"\n\n|\n\|", PAGE) if "**Tested**" in part]
    explanation, *rest = told
    assert "realtap's own tests run this client" in explanation
    assert [part for part in rest if not re.search(r"`test_\w+`", part)] == []


@pytest.mark.parametrize(
    ("heading", "package"),
    [
        ("openai-python", "openai"),
        ("openai-python for Azure", "openai"),
        ("openai-agents, Python", "openai-agents"),
        ("openai-node", "npm openai"),
        ("openai-agents, JavaScript", "npm @openai/agents-realtime"),
    ],
)
def test_version_that_is_called_tested_is_the_one_of_the_tests(heading: str, package: str) -> None:
    told = re.findall(r"\*\*Tested\*\*,\s([\d.]+\d)", section(heading))
    assert set(told) == {pinned()[package]}


@pytest.mark.parametrize(("library", "package"), [("websockets", "websockets"), ("ws", "npm ws")])
def test_version_of_a_bare_socket_is_the_one_of_the_tests(library: str, package: str) -> None:
    assert f"`{library}` {pinned()[package]}" in section("Anything else").replace("\n", " ")
