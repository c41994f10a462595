"""Models that will be shut down."""

from datetime import date

from realtap.recordings.findings.retirement import retirement_of


def test_model_that_ends_has_a_day_and_a_replacement() -> None:
    end = retirement_of("gpt-realtime-mini")
    assert end is not None
    assert end.on == date(2027, 1, 20)
    assert end.replacement == "gpt-realtime-2.1-mini"


def test_only_the_exact_name_ends() -> None:
    assert retirement_of("gpt-realtime-2.1") is None
    assert retirement_of("") is None
