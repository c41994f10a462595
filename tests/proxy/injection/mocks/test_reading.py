"""A mocks file's text: what it says, what it keeps, and how it is refused."""

import re
from pathlib import Path

import pytest
from mocked import reading

from realtap.proxy.injection.mocks.mock import Mock
from realtap.recordings.errors import UsageError

KINDS = "there are mock, rule, breakpoint, fault"
ANSWERS = "output, output_file, template, outputs, error, python"
ALL_KINDS = """
    [[fault]]
    name = "cut"

    [[mock]]
    call = "get_weather"
    output = "sunny"

    [[rule]]
    match = "type:session.updated"
    drop = true

    [[mock]]
    call = "get_time"
    output = "noon"

    [[breakpoint]]
    match = "type:response.create"
    """


def test_tables_of_all_kinds_are_in_force_in_the_order_of_the_file() -> None:
    entries = reading(ALL_KINDS).entries
    assert [(entry.kind, entry.line) for entry in entries] == [
        ("fault", 2),
        ("mock", 5),
        ("rule", 9),
        ("mock", 13),
        ("breakpoint", 17),
    ]
    assert [entry.maker.name for entry in entries if entry.kind == "mock"] == [
        "mock get_weather",
        "mock get_time",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [(ALL_KINDS, "2 mocks, 1 rule, 1 breakpoint, 1 fault"), ("", "nothing")],
)
def test_summary_counts_the_kinds(text: str, told: str) -> None:
    assert reading(text).summary() == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[[mock]\n",
            "line 1 column 7: not TOML: Expected ']]' at the end of an array declaration",
        ),
        ("a = 1\n[[mock]]\ncall = \n", "line 3 column 8: not TOML: Invalid value"),
        ("\n\na = '''", "line 3: not TOML: Expected \"'''\""),
        ("a = 1", f"line 1: [[a]] is unknown; {KINDS}"),
        (
            "\n[[moc]]",
            f"line 2: [[moc]] is unknown; did you mean mock? {KINDS}",
        ),
        ("\n[mock]\ncall = 'f'", "line 2: mock is no list of tables; write [[mock]] above each"),
        ("mock = [3]", "line 1: mock is no list of tables; write [[mock]] above each"),
        (
            "[[mock]]\ncall = 'f'\noutput = 'x'\n[[mock]]\noutput = 'x'",
            "line 4: call is missing; expected the name of a function, or a pattern as get_*",
        ),
        (
            "[[mock]]\ncall = 'f'\noutput = 'x'\nrespond = 1",
            "line 4: respond is 1; expected true or false",
        ),
        (
            "[[mock]]\ncall = 'f'\n\n[mock.when]\na = 1",
            f"line 1: nothing is answered; write one of {ANSWERS}",
        ),
    ],
)
def test_bad_text_is_refused_with_line_and_reason(text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        reading(text)
    assert str(raised.value) == f"mocks file m.toml {told}"


def test_text_nested_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="nested too deeply"):
        reading("a = " + "[" * 100_000)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[rule]]\nnonsense = 1", "line 3: nonsense is unknown; "),
        ("[[breakpoint]]\nnonsense = 1", "line 3: nonsense is unknown; "),
        ("[[fault]]\nname = 'cuts'", "line 2: there is no fault 'cuts'; did you mean cut?"),
    ],
)
def test_tables_of_other_kinds_are_refused_with_their_line_too(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(f'mocks file m.toml {told}')}"):
        reading(f"\n{text}")


# What stays the same.

TWO = "[[mock]]\ncall = 'a'\noutput = 1\n[[mock]]\ncall = 'b'\noutput = 2\n"


def test_unchanged_tables_keep_their_makers_wherever_they_move() -> None:
    old = reading(ALL_KINDS)
    new = reading("# moved\n" + "[[mock]]\ncall = 'x'\noutput = 'x'\n" + ALL_KINDS).keeping(old)
    assert new.makers[1:] == old.makers
    assert all(one is other for one, other in zip(new.makers[1:], old.makers, strict=True))
    assert [entry.line for entry in new.entries[1:]] == [line + 4 for line in (2, 5, 9, 13, 17)]


@pytest.mark.parametrize("changed", ["output = 1.0", "output = true", "output = 1\nrespond = true"])
def test_changed_table_has_a_new_maker(changed: str) -> None:
    old = reading(TWO)
    new = reading(TWO.replace("output = 1", changed)).keeping(old)
    assert new.makers[0] is not old.makers[0]
    assert new.makers[1] is old.makers[1]


def test_equal_tables_keep_a_maker_each() -> None:
    old = reading(TWO.replace("'b'", "'a'").replace("2", "1"))
    new = reading(TWO.replace("'b'", "'a'").replace("2", "1")).keeping(old)
    assert [id(maker) for maker in new.makers] == [id(maker) for maker in old.makers]
    assert new.makers[0] is not new.makers[1]


def test_mock_whose_file_has_changed_has_a_new_maker(tmp_path: Path) -> None:
    text = "[[mock]]\ncall = 'a'\noutput_file = 'x.json'"
    (tmp_path / "x.json").write_text("1")
    old = reading(text, tmp_path)
    assert reading(text, tmp_path).keeping(old).makers[0] is old.makers[0]
    (tmp_path / "x.json").write_text("2")
    (maker,) = reading(text, tmp_path).keeping(old).makers
    assert isinstance(maker, Mock)
    assert maker is not old.makers[0]
