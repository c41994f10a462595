"""Messages that wait for a person."""

import tomllib

import pytest
from desk import Crossing

from realtap.proxy.injection.breakpoints import breakpoint_maker, parse_breakpoints
from realtap.recordings.errors import UsageError
from realtap.recordings.event import Fate


def test_message_waits_and_so_does_everything_behind_it() -> None:
    crossing = Crossing(breakpoint_maker("type:response.create"))
    verdict = crossing.client_says({"type": "response.create"})
    crossing.client_says({"type": "input_audio_buffer.append", "audio": ""})
    crossing.server_says({"type": "session.updated"})
    assert (verdict.fate, verdict.why) == (Fate.HELD, "breakpoint type:response.create")
    assert crossing.to_server.arrived == []
    assert crossing.to_client.types == ["session.updated"]


def test_time_out_lets_it_go() -> None:
    crossing = Crossing(breakpoint_maker("type:response.create", 5))
    crossing.client_says({"type": "response.create"})
    crossing.wait(4.9)
    assert crossing.to_server.arrived == []
    crossing.wait(0.2)
    assert crossing.to_server.types == ["response.create"]


def test_breakpoint_without_a_time_out_waits_for_ever() -> None:
    crossing = Crossing(breakpoint_maker("type:response.create", None))
    assert crossing.client_says({"type": "response.create"}).until is None


def test_breakpoint_can_be_for_one_message() -> None:
    crossing = Crossing(breakpoint_maker("type:error", times=1, skip=1))
    verdicts = crossing.server_says(*[{"type": "error"}] * 3)
    assert [verdict.fate is Fate.HELD for verdict in verdicts] == [False, True, False]


@pytest.mark.parametrize("text", ["", "  "])
def test_breakpoint_on_everything_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="an empty one would hold all"):
        breakpoint_maker(text)


def test_time_out_must_be_some_time() -> None:
    with pytest.raises(UsageError, match="cannot time out after 0 s; expected more than 0"):
        breakpoint_maker("type:error", 0)


def test_filter_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UsageError, match="the filter cannot be read"):
        breakpoint_maker("from:serv")


def test_tables_are_breakpoints() -> None:
    text = '[[breakpoint]]\nmatch = "type:error"\ntimeout_s = 5\ntimes = 2\nskip = 1\n'
    makers = parse_breakpoints(tomllib.loads(text)["breakpoint"], lambda _index, _key: "")
    assert makers == [breakpoint_maker("type:error", 5, times=2, skip=1)]


def test_table_has_a_name_and_a_minute() -> None:
    text = '[[breakpoint]]\nname = "before answers"\nmatch = "type:response.create"\n'
    (maker,) = parse_breakpoints(tomllib.loads(text)["breakpoint"], lambda _index, _key: "")
    verdict = Crossing(maker).client_says({"type": "response.create"})
    assert (verdict.why, verdict.until) == ("breakpoint before answers", 60.0)


def test_table_that_is_no_breakpoint_says_where() -> None:
    with pytest.raises(UsageError) as raised:
        parse_breakpoints(
            [{"match": "type:error", "drop": True}], lambda index, key: f"{index}{key}"
        )
    assert str(raised.value).startswith("0drop: drop is unknown; there are match, name, timeout_s")
