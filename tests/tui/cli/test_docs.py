"""What the README and the docs tell a reader to type works, and what they list is complete."""

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from realtap.proxy.demo import SCRIPT
from realtap.proxy.demo.mistakes import Mistake
from realtap.proxy.simulator.script import parse_script
from realtap.recordings import lines
from realtap.recordings.event import Unknown
from realtap.tui.cli import main
from realtap.tui.cli.clients import pointers

ROOT = Path(__file__).parents[3]
TEXTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def commands(path: Path) -> list[list[str]]:
    """The realtap commands in a text's shell blocks, without what a pipe does with them."""
    return [
        shlex.split(line.split(" | ")[0], comments=True)[1:]
        for line in "".join(blocks(path, "sh")).splitlines()
        if line.startswith("realtap ")
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_commands_that_are_told_have_the_options_that_are_told(path: Path) -> None:
    for name, *arguments in commands(path):
        main.commands[name].make_context(name, arguments)


def test_readme_begins_with_the_two_commands() -> None:
    told = blocks(ROOT / "README.md", "sh")[0]
    assert [line.split()[:2] for line in told.splitlines()] == [["make", "demo"], ["make", "test"]]


@pytest.mark.parametrize("name", ["README.md", "docs/recording-format.md"])
def test_lines_of_a_recording_that_are_shown_can_be_read(name: str) -> None:
    shown = "".join(blocks(ROOT / name, "jsonl"))
    entries = [lines.decode(line.encode()) for line in shown.splitlines()]
    assert not any(isinstance(entry, Unknown) for entry in entries)


def test_script_of_the_docs_is_one_that_the_simulator_takes() -> None:
    (shown,) = blocks(ROOT / "docs" / "simulator.md", "toml")
    assert len(parse_script(shown).rules) == 4


def test_script_of_the_demo_uses_only_keys_that_the_docs_explain() -> None:
    document = tomllib.loads(SCRIPT.read_text(encoding="utf-8"))
    told = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    keys = {key for rule in document["when"] for key in rule}
    assert all(f"{key} =" in told or f"`{key}`" in told for key in keys)


def test_mistakes_that_are_named_exist() -> None:
    for path in TEXTS:
        for name in re.findall(r"--mistake ([a-z-]+)", path.read_text(encoding="utf-8")):
            assert name in set(Mistake)


def test_docs_have_the_line_of_each_client() -> None:
    told = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    assert [each.line for each in pointers("127.0.0.1", 8484) if each.line not in told] == []


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_jq_examples_are_programs_that_jq_takes(path: Path) -> None:
    event = {"event": {"type": "error", "error": {"code": "x"}}, "type": "error"}
    for program in re.findall(r"jq (-\w+ )?'([^']+)'", path.read_text(encoding="utf-8")):
        subprocess.run(
            ["jq", program[1]], input=json.dumps(event), check=True, capture_output=True, text=True
        )
