"""What a finding tells about itself."""

from realtap.recordings.findings.finding import Finding, Severity

FOUND = Finding("large-output", Severity.WARNING, 1.23456789, (7, 3), "what", "todo")


def test_an_error_is_at_least_a_warning() -> None:
    assert Severity.ERROR.is_at_least(Severity.WARNING)
    assert Severity.WARNING.is_at_least(Severity.WARNING)
    assert not Severity.INFO.is_at_least(Severity.WARNING)


def test_a_finding_names_its_page() -> None:
    assert FOUND.page == "docs/findings/large-output.md"


def test_a_finding_is_plain_json() -> None:
    assert FOUND.as_json() == {
        "slug": "large-output",
        "severity": "warning",
        "at": 1.234568,
        "events": [7, 3],
        "what": "what",
        "todo": "todo",
        "page": "docs/findings/large-output.md",
    }
