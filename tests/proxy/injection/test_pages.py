"""What the pages of the documentation write can be used as it stands."""

import re
from pathlib import Path

import pytest
from mocked import reading

from realtap.proxy.injection.faults import FAULTS, parse_fault

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("page", ["breakpoints.md", "faults.md"])
def test_tables_on_a_page_can_be_taken(page: str) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert reading(block).makers


def test_faults_on_their_page_can_be_switched_on() -> None:
    text = (DOCS / "faults.md").read_text("utf-8")
    examples = re.findall(r"^```\n([a-z].*)\n```$", text, re.MULTILINE)
    assert [parse_fault(example).kind.name for example in examples] == list(FAULTS)
