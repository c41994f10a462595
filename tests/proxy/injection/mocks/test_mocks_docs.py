"""What the page on mocks shows can be written, and its list of keys is complete."""

import json
import re
from pathlib import Path

import pytest
from mocked import MockedSession, called, reading

from realtap.proxy.injection.mocks.mock_table import KEYS
from realtap.recordings.event import Fate, Json

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "mocks.md").read_text(encoding="utf-8")
TABLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = DOCS / "examples"
EXAMPLE = (EXAMPLES / "mocks.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", TABLES)
def test_tables_on_the_page_can_be_read(text: str) -> None:
    assert len(reading(text).entries) == 1


@pytest.mark.parametrize("key", KEYS)
def test_page_names_every_key(key: str) -> None:
    assert re.search(rf"`{key}[` ]", PAGE)


@pytest.mark.parametrize(
    ("name", "arguments", "output"),
    [
        ("get_weather", {"city": "Paris"}, '{"sky":"blue","degrees":21}'),
        (
            "book_table",
            {"people": 2, "place": {"country": "FR", "name": "Chez Jo"}},
            '{"booked":true,"at":"Chez Jo","number":"B-1"}',
        ),
        ("book_table", {"people": 5}, '{"error":"no table for so many"}'),
        ("list_orders", {}, '{"orders":[17]}'),
        (
            "get_forecast",
            {},
            '{"days": [{"sky": "blue", "degrees": 21}, {"sky": "rain", "degrees": 16}]}',
        ),
        ("convert", {"km": "5"}, '{"miles":3.1}'),
        (
            "convert",
            {"km": "x"},
            '{"error":"ValueError: could not convert string to float: \'x\'"}',
        ),
    ],
)
def test_mocks_of_the_example_answer(name: str, arguments: Json, output: str) -> None:
    session = MockedSession(EXAMPLE, EXAMPLES)
    session.server_calls(called(name, **arguments))
    session.wait(2)
    assert session.outputs == [("call_1", output)]


def test_rule_of_the_page_changes_only_the_text_of_the_apps_output() -> None:
    session = MockedSession(next(text for text in TABLES if "[[rule]]" in text))
    session.server_calls(called(), called("get_time", "call_2"))
    verdict = session.app_answers()
    assert verdict.fate is Fate.EDITED
    assert verdict.sent is not None
    assert b"the app's own" not in verdict.sent
    assert json.loads(verdict.sent)["item"]["output"] == '{"sky": "blue"}'
    assert session.app_is_heard("call_2")
