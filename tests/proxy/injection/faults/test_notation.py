"""Faults as people write them."""

import pytest

from realtap.proxy.injection.faults import FAULTS, FaultMaker, parse_fault, parse_faults
from realtap.recordings.errors import UsageError
from realtap.recordings.event import Json


def _where(index: int, key: str) -> str:
    return f"mocks.toml [[fault]] {index + 1}{key and f' {key}'}"


def test_name_alone_is_the_fault_with_its_defaults() -> None:
    assert parse_fault("cut") == FAULTS["cut"].maker({})


def test_values_are_read_as_what_they_are() -> None:
    maker = parse_fault("stall: seconds = 2.5, side=both ,times=3,")
    assert maker == FAULTS["stall"].maker({"seconds": 2.5, "side": "both", "times": 3})


def test_value_in_quotes_may_hold_commas_and_quotes() -> None:
    maker = parse_fault(r'close:reason="a, \"b\" and \\",code=1012')
    assert maker == FAULTS["close"].maker({"reason": 'a, "b" and \\', "code": 1012})


@pytest.mark.parametrize(
    "text",
    [
        *FAULTS,
        "cut:when=any,after=3",
        r'close:code=1012,reason="a, \"b\""',
        "stall:seconds=0.5,side=both",
        'response-failed:at=middle,message=" spaces "',
    ],
)
def test_fault_is_told_as_it_was_written(text: str) -> None:
    maker = parse_fault(text)
    assert parse_fault(maker.text) == maker
    assert maker.text.partition(":")[0] == text.partition(":")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cutt", "there is no fault 'cutt'; did you mean cut? there are response-failed, active"),
        ("", "there is no fault ''; there are response-failed, active-response, rate-limit"),
        ("cut:whn=any", "fault cut has no parameter 'whn'; did you mean when? there are when, "),
        ("cut:any", "fault cut: 'any' is no key=value; write it as cut:when=audio,"),
        ("cut:after=1,after=2", "fault cut: after is told twice"),
        ("cut:after=x", "fault cut: after is 'x'; expected a whole number of at least 0, so many"),
        ("cut:after=-1", "fault cut: after is '-1'; expected a whole number of at least 0"),
        ("cut:after=1.5", "fault cut: after is '1.5'; expected a whole number of at least 0"),
        ("stall:seconds=inf", "fault stall: seconds is 'inf'; expected a number of at least 0"),
        ("stall:side=up", "fault stall: side is 'up'; expected one of server, client, both, whose"),
        (
            "close:code=99",
            "fault close: code is '99'; expected a whole number of at least 1000 and",
        ),
        ("cut:when=respons.done", "fault cut: there is no event 'respons.done'; did you mean resp"),
    ],
)
def test_what_cannot_be_read_says_what_could(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_fault(text)
    assert str(raised.value).startswith(message)


def test_tables_are_faults() -> None:
    tables: list[Json] = [{"name": "cut"}, {"name": "stall", "seconds": 2, "side": "client"}]
    assert parse_faults(tables, _where) == [
        parse_fault("cut"),
        parse_fault("stall:seconds=2,side=client"),
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "mocks.toml [[fault]] 2: name is missing; there are response-failed"),
        ({"name": 3}, "mocks.toml [[fault]] 2 name: name is 3; expected a text"),
        ({"name": "cutt"}, "mocks.toml [[fault]] 2: there is no fault 'cutt'; did you mean cut?"),
        (
            {"name": "cut", "after": True},
            "mocks.toml [[fault]] 2: fault cut: after is True; expected a whole number",
        ),
        (
            {"name": "stall", "seconds": [1]},
            "mocks.toml [[fault]] 2: fault stall: seconds is [1]; expected a number",
        ),
        (
            {"name": "cut", "when": 3},
            "mocks.toml [[fault]] 2: fault cut: when is 3; expected a text",
        ),
    ],
)
def test_table_that_is_no_fault_says_where(table: Json, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_faults([{"name": "cut"}, table], _where)
    assert str(raised.value).startswith(message)


def test_faults_that_say_the_same_are_equal() -> None:
    assert parse_fault("cut:after=0") == parse_fault("cut")
    assert parse_fault("cut:after=1") != parse_fault("cut")


def test_name_is_the_reason_in_the_recording() -> None:
    maker = parse_fault("cut:after=2")
    assert isinstance(maker, FaultMaker)
    assert (maker.name, maker.make().name) == ("fault cut", "fault cut")


@pytest.mark.parametrize("name", list(FAULTS))
def test_example_of_a_fault_is_the_fault_as_it_is_by_default(name: str) -> None:
    assert parse_fault(FAULTS[name].example) == parse_fault(name)
