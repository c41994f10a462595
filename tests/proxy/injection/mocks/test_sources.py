"""Files and Python modules beside a mocks file."""

import os
import re
import sys
from pathlib import Path

import pytest

from realtap.proxy.injection.mocks.sources import Sources, stamp_of


def module(folder: Path, text: str, name: str = "tools.py") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_text_is_found_beside_the_file_and_remembered(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("\ufeff{}", encoding="utf-8")
    sources = Sources(tmp_path)
    assert sources.text("x.json") == "{}"
    assert sources.stamps == {tmp_path / "x.json": stamp_of(tmp_path / "x.json")}


def test_missing_file_is_told_and_remembered_too(tmp_path: Path) -> None:
    sources = Sources(tmp_path)
    with pytest.raises(ValueError, match=r"x\.json cannot be read: No such file or directory$"):
        sources.text("x.json")
    assert sources.stamps == {tmp_path / "x.json": None}


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"x\.bin cannot be read: it is no UTF-8 text$"):
        Sources(tmp_path).text("x.bin")


def test_function_of_a_module_beside_the_file_is_found(tmp_path: Path) -> None:
    module(tmp_path, "def f(arguments): return 1")
    module(tmp_path, "def g(arguments): return 2", "lib/more.py")
    sources = Sources(tmp_path)
    assert sources.function("tools:f")({}) == 1
    assert sources.function("lib.more:g")({}) == 2


def test_module_is_loaded_once_until_it_changes(tmp_path: Path) -> None:
    path = module(tmp_path, "def f(arguments): return 1")
    sources = Sources(tmp_path)
    first = sources.function("tools:f")
    assert sources.function("tools:f") is first
    # Of the same length, and within the same second.
    module(tmp_path, "def f(arguments): return 2")
    os.utime(path, ns=(0, (stamp_of(path) or (0,))[0] + 1))
    assert sources.function("tools:f")({}) == 2
    assert first({}) == 1


def test_module_beside_the_file_comes_before_an_installed_one(tmp_path: Path) -> None:
    module(tmp_path, "def dumps(arguments): return 'ours'", "json.py")
    assert Sources(tmp_path).function("json:dumps")({}) == "ours"
    import json

    assert json.dumps({}) == "{}"


def test_installed_module_is_found(tmp_path: Path) -> None:
    assert Sources(tmp_path).function("json:dumps")({"a": 1}) == '{"a": 1}'


def test_module_finds_its_neighbours_only_while_it_is_imported(tmp_path: Path) -> None:
    module(tmp_path, "VALUE = 3", "realtap_test_neighbour.py")
    module(tmp_path, "import realtap_test_neighbour as n\ndef f(arguments): return n.VALUE")
    assert Sources(tmp_path).function("tools:f")({}) == 3
    assert str(tmp_path) not in sys.path
    del sys.modules["realtap_test_neighbour"]


def test_module_may_have_dataclasses(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass, KW_ONLY\n"
        "@dataclass\nclass A:\n    _: KW_ONLY\n    b: int = 1\ndef f(arguments): return A().b"
    )
    module(tmp_path, text)
    assert Sources(tmp_path).function("tools:f")({}) == 1


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("tools", "'tools' names no function; write module:function"),
        ("tools.py:f", "module tools.py cannot be imported: ModuleNotFoundError: "),
        ("to ols:f", "'to ols:f' names no function; write module:function"),
        ("tools:get_wether", "module tools has no function get_wether; did you mean tools:get_we"),
        ("tools:zzz", "module tools has no function zzz"),
        ("tools:NUMBER", "module tools has no function NUMBER"),
        ("bad:f", "module bad cannot be imported: SyntaxError: "),
        ("leaving:f", "module leaving cannot be imported: SystemExit: 3"),
    ],
)
def test_function_that_cannot_be_had_is_told_with_the_reason(
    tmp_path: Path, written: str, told: str
) -> None:
    module(tmp_path, "NUMBER = 1\ndef get_weather(arguments): ...")
    module(tmp_path, "def", "bad.py")
    module(tmp_path, "raise SystemExit(3)", "leaving.py")
    with pytest.raises(ValueError, match=f"^{re.escape(told)}"):
        Sources(tmp_path).function(written)
