"""The pages of docs/findings: one for each finding, and an index that has them all."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from realtap.recordings import findings
from realtap.recordings.findings import rules
from realtap.recordings.findings.engine import OWN_SLUGS
from realtap.recordings.findings.rule import Rule

PAGES = Path(__file__).resolve().parents[3] / "docs" / "findings"
INDEX = "README"
SLUGS = sorted({rule.slug for rule in rules()} | set(OWN_SLUGS))
HEADINGS = [
    "## What happened",
    "## Why it matters",
    "## How to fix it",
    "## Servers",
    "## How sure it is",
]


def test_every_finding_has_its_page_and_every_page_its_finding() -> None:
    assert sorted(page.stem for page in PAGES.glob("*.md") if page.stem != INDEX) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_a_page_says_what_why_how_where_and_how_sure(slug: str) -> None:
    lines = (PAGES / f"{slug}.md").read_text().splitlines()
    assert lines[0] == f"# {slug}"
    assert lines[2].startswith("Severity: ")
    assert [line for line in lines if line.startswith("## ")] == HEADINGS


def test_the_index_has_every_finding_once() -> None:
    index = (PAGES / f"{INDEX}.md").read_text()
    linked = re.findall(r"^\| \[([a-z0-9-]+)\]\(([a-z0-9-]+)\.md\)", index, re.MULTILINE)
    assert sorted(slug for slug, _ in linked) == SLUGS
    assert all(slug == page for slug, page in linked)


def test_no_rule_is_forgotten() -> None:
    known = set(rules())
    for module in pkgutil.iter_modules(findings.__path__):
        listed = importlib.import_module(f"{findings.__name__}.{module.name}").__dict__
        classes = [each for each in listed.values() if isinstance(each, type)]
        named = {each for each in classes if issubclass(each, Rule) and "slug" in each.__dict__}
        assert named <= known, f"{module.name} has rules that its family does not list"
