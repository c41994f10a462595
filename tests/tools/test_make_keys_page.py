"""The page of keys is what the table makes, and what it says to type instead can be typed."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from realtap.tui.app.keys import KEYS, Key
from realtap.tui.cli import main
from tools import make_keys_page
from tools.make_keys_page import PAGE, build

ALL_KEYS = [key for keys in KEYS.values() for key in keys]
ROOT = PAGE.parents[1]


def test_page_is_what_the_table_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == build()


def test_page_tells_every_key_of_every_place() -> None:
    text = build()
    for place, keys in KEYS.items():
        section = text.split(f"\n## {place}\n")[1].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        assert [row.split(" | ")[2] for row in rows] == [key.sentence for key in keys]


@pytest.mark.parametrize("row", [line for line in build().splitlines() if line.startswith("| `")])
def test_row_has_four_cells(row: str) -> None:
    # A bar inside code has a backslash before it; the one key that is a backslash stands before a `.
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


@pytest.mark.parametrize("key", [each for each in ALL_KEYS if each.twin], ids=lambda key: key.id)
def test_headless_twin_can_be_typed(key: Key) -> None:
    program, *words = re.split(r" [|>] ", key.twin)[0].split()
    if program == "realtap":
        read_by_click([word for word in words if word != "…"])
    else:
        assert program == "rm"


def read_by_click(words: list[str]) -> None:
    """Let click take the command and its options; it raises on what does not exist."""
    command: click.Command = main
    context = click.Context(main, info_name="realtap")
    _, rest, _ = command.make_parser(context).parse_args(words)
    while rest and isinstance(command, click.Group):
        name, found, arguments = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, click.Context(found, info_name=name, parent=context)
        _, rest, _ = command.make_parser(context).parse_args(arguments)
    assert rest == []


def test_command_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(click.UsageError, match="No such command"):
        read_by_click(["juggle", "ID"])


def test_option_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(click.UsageError, match="No such option"):
        read_by_click(["show", "ID", "--backwards"])


def test_script_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "keys.md"
    monkeypatch.setattr(make_keys_page, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["make_keys_page"])
    make_keys_page.main()
    assert page.read_text(encoding="utf-8") == build()


def test_check_tells_a_page_that_is_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "keys.md"
    page.write_text("# Keys\n", encoding="utf-8")
    monkeypatch.setattr(make_keys_page, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["make_keys_page", "--check"])
    with pytest.raises(SystemExit, match="is not what the table of keys makes"):
        make_keys_page.main()
    assert page.read_text(encoding="utf-8") == "# Keys\n"


def test_script_is_run_from_the_repository() -> None:
    command = [sys.executable, "-m", "tools.make_keys_page", "--check"]
    subprocess.run(command, cwd=ROOT, check=True)
