"""The page about the control channel says what the table says."""

import re
from pathlib import Path

import msgspec
import pytest

from realtap.proxy.control.methods import METHODS, ProxyState
from realtap.proxy.control.rpc import ErrorCode
from realtap.proxy.injection.status import HeldStatus, PendingCall, SessionStatus

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "control.md").read_text()


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    _, _, rest = PAGE.partition(f"\n{heading}\n")
    return re.split(r"\n##", rest)[0]


def table(heading: str) -> list[str]:
    """The names in the first column of a section's table."""
    rows = re.findall(r"^\| (`[^|]+) \|", section(heading), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_the_page_has_every_method_in_the_order_of_the_table() -> None:
    requests = PAGE.partition("\n## Requests\n")[2].partition("\n## Notifications\n")[0]
    assert re.findall(r"^### `(.+)`$", requests, re.MULTILINE) == list(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_the_page_has_every_parameter(method: str) -> None:
    names = table(f"### `{method}`") if METHODS[method].__struct_fields__ else []
    assert names == list(METHODS[method].__struct_fields__)


@pytest.mark.parametrize("method", METHODS)
def test_the_page_tells_defaults_and_what_is_required(method: str) -> None:
    for field in msgspec.structs.fields(METHODS[method]):
        [row] = re.findall(rf"^\| `{field.name}` \|(.+)", section(f"### `{method}`"), re.MULTILINE)
        assert ("required" in row) is field.required
        if field.default is True:
            assert "true" in row


def test_the_page_has_every_member_of_the_answers() -> None:
    assert table("### A proxy") == list(ProxyState.__struct_fields__)
    assert table("### A session")[: len(SessionStatus.__struct_fields__)]
    shown = section("### A session")
    for struct in (SessionStatus, HeldStatus, PendingCall):
        for name in struct.__struct_fields__:
            assert f"`{name}`" in shown


def test_the_page_has_every_error() -> None:
    codes = re.findall(r"^\| (-\d+) \|", section("## Errors"), re.MULTILINE)
    assert {int(code) for code in codes} == set(ErrorCode)
