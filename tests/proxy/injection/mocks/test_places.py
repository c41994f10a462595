"""Lines of tables and keys in TOML, also where the text makes it hard to see them."""

from textwrap import dedent

import pytest

from realtap.proxy.injection.mocks.places import Places

TRICKY = dedent(
    """\
    # [[mock]]
    [[mock]]
    call = "a" # [[mock]]
    when = { city = "x]" }
    outputs = [
      "one", # ]
      \"\"\"
    [[mock]]
    call = 3 \"\" \\\"\"\"
    \"\"\",
    ]
      error = '''
      [[mock]]
      '''

    [[mock]]
    "call" = 'b['
    [mock.when]
    city = "Paris"
    "odd key" . x = 3
    [[fault]]
    name = "cut"
    [[mock.outputs]]
    a = 1
    """
)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("mock", 0), 2),
        (("mock", 0, "call"), 3),
        (("mock", 0, "when"), 4),
        (("mock", 0, "outputs"), 5),
        (("mock", 0, "error"), 12),
        (("mock", 1), 16),
        (("mock", 1, "call"), 17),
        (("mock", 1, "when"), 18),
        (("mock", 1, "when", "city"), 19),
        (("mock", 1, "when", "odd key", "x"), 20),
        (("fault", 0, "name"), 22),
        (("mock", 1, "outputs"), 23),
    ],
)
def test_every_key_is_found_where_it_stands(
    place: tuple[str, int, *tuple[str, ...]], line: int
) -> None:
    assert Places(TRICKY).line_of(*place) == line


def test_key_that_is_not_written_stands_where_its_table_does() -> None:
    places = Places(TRICKY)
    assert places.line_of("mock", 1, "respond") == 16
    assert places.line_of("mock", 1, "when", "country") == 18


def test_tables_in_a_list_stand_where_the_list_does() -> None:
    places = Places('\n\nmock = [\n  { call = "a" },\n  { call = 3 },\n]\n')
    assert places.line_of("mock", 1, "call") == 3


def test_text_without_the_table_has_its_first_line() -> None:
    assert Places("").line_of("mock", 0, "call") == 1
