"""Rules on any message, as `[[rule]]` tables write them."""

import tomllib

import pytest
from desk import Crossing, fates
from simulated_crossing import SimulatedCrossing

from realtap.proxy.injection.event_rules import parse_rules
from realtap.proxy.injection.rule import RuleMaker
from realtap.recordings.errors import UsageError
from realtap.recordings.event import Fate

UPDATE = (
    b'{"type": "session.update", "session": {"speed": 1.50, "instructions": "Speak French.", '
    b'"tools": [{"name": "get_weather"}, {"name": "get_time"}]}}'
)


def _where(index: int, key: str) -> str:
    return f"mocks.toml [[rule]] {index + 1}{key and f' {key}'}"


def _rules(text: str) -> list[RuleMaker]:
    return parse_rules(tomllib.loads(text)["rule"], _where)


def _crossing(*lines: str) -> Crossing:
    return Crossing(*_rules("\n".join(["[[rule]]", *lines])))


def test_dropped_message_does_not_arrive() -> None:
    crossing = _crossing('match = "type:session.updated from:server"', "drop = true")
    crossing.server_says({"type": "session.updated"}, {"type": "response.done"})
    assert crossing.to_client.types == ["response.done"]
    assert crossing.marks() == [
        ("session.updated", "dropped", "rule type:session.updated from:server")
    ]


def test_edited_message_keeps_the_rest_of_its_text() -> None:
    crossing = _crossing(
        'match = "type:session.update"', 'set = { "session.instructions" = "Speak German." }'
    )
    verdict = crossing.client_says(UPDATE)
    assert verdict.fate is Fate.EDITED
    assert crossing.to_server.arrived == [UPDATE.replace(b"French", b"German")]
    assert crossing.recorded[0].payload == UPDATE


def test_fields_are_set_and_deleted_in_one_rule() -> None:
    crossing = _crossing(
        'match = "type:session.update"',
        'set = { "session.audio.output.voice" = "marin", "session.tools[1].name" = "now" }',
        'delete = ["session.speed", "session.tools[0]", "nothing.there"]',
    )
    crossing.client_says(UPDATE)
    assert crossing.to_server.events[0]["session"] == {
        "instructions": "Speak French.",
        "tools": [{"name": "now"}],
        "audio": {"output": {"voice": "marin"}},
    }


def test_edit_that_changes_nothing_leaves_the_message_unmarked() -> None:
    crossing = _crossing(
        'match = "type:session.update"', 'set = { "session.instructions" = "Speak French." }'
    )
    crossing.client_says(UPDATE)
    assert crossing.to_server.arrived == [UPDATE]
    assert crossing.marks() == []


def test_field_that_cannot_be_changed_lets_the_message_pass_and_says_why() -> None:
    crossing = _crossing('match = "type:session.update"', 'set = { "session.speed.x" = 1 }')
    verdict = crossing.client_says(UPDATE)
    assert crossing.to_server.arrived == [UPDATE]
    assert verdict.why == (
        "rule type:session.update: not edited, session.speed.x cannot be changed: "
        "expected an object with x, but there is 1.50"
    )


def test_message_that_is_no_json_is_not_edited() -> None:
    crossing = _crossing('match = "hello"', 'set = { "a" = 1 }')
    verdict = crossing.client_says(b"hello")
    assert verdict.why == "rule hello: not edited, it is no JSON"
    assert crossing.to_server.arrived == [b"hello"]


def test_delayed_message_keeps_its_place() -> None:
    crossing = _crossing('match = "type:session.updated"', "delay_s = 1.0")
    crossing.server_says({"type": "session.updated"}, {"type": "response.done"})
    crossing.wait(0.9)
    assert crossing.to_client.arrived == []
    crossing.wait(0.2)
    assert crossing.to_client.types == ["session.updated", "response.done"]


def test_held_message_waits_for_a_minute_unless_told_otherwise() -> None:
    verdicts = [
        _crossing('match = "type:response.create"', *lines).client_says({"type": "response.create"})
        for lines in (["hold = true"], ["hold = true", "timeout_s = 5"])
    ]
    assert fates(verdicts) == [Fate.HELD, Fate.HELD]
    assert [verdict.until for verdict in verdicts] == [60.0, 5.0]


def test_only_the_first_so_many_are_meant_and_the_very_first_let_by() -> None:
    crossing = _crossing('match = "type:error"', "drop = true", "skip = 1", "times = 2")
    verdicts = crossing.server_says(*[{"type": "error"}] * 5)
    assert [verdict.fate is Fate.DROPPED for verdict in verdicts] == [
        *(False, True, True, False, False)
    ]


def test_sessions_count_for_themselves() -> None:
    (maker,) = _rules('[[rule]]\nmatch = "type:error"\ndrop = true\ntimes = 1')
    for crossing in (Crossing(maker), Crossing(maker)):
        assert fates(crossing.server_says({"type": "error"})) == [Fate.DROPPED]


def test_rule_asks_only_for_the_types_that_its_filter_names() -> None:
    makers = _rules(
        '[[rule]]\nmatch = "type:response.done"\ndrop = true\n[[rule]]\nmatch = "Paris"\ndrop = true'
    )
    assert [maker.make().kinds for maker in makers] == [{"response.done"}, None]


def test_name_stands_in_the_recording_in_place_of_the_filter() -> None:
    crossing = _crossing('name = "lost errors"', 'match = "type:error"', "drop = true")
    crossing.server_says({"type": "error"})
    assert crossing.marks() == [("error", "dropped", "rule lost errors")]


def test_first_rule_that_fits_decides() -> None:
    crossing = Crossing(
        *_rules(
            '[[rule]]\nmatch = "type:error at>100"\ndrop = true\n'
            '[[rule]]\nmatch = "type:error"\nset = { "error.code" = "other" }\n'
            '[[rule]]\nmatch = "type:error"\ndrop = true\n'
        )
    )
    crossing.server_says({"type": "error", "error": {"code": "x"}})
    assert crossing.to_client.events[0]["error"]["code"] == "other"


def test_server_does_what_the_edited_event_says() -> None:
    crossing = SimulatedCrossing(
        *_rules(
            '[[rule]]\nmatch = "type:response.create"\n'
            'set = { "response.output_modalities" = ["text"] }'
        )
    )
    crossing.ask()
    assert crossing.wait_for("response.done")["response"]["output_modalities"] == ["text"]
    assert crossing.marks() == [("response.create", "edited", "rule type:response.create")]
    (edited,) = [each for each in crossing.recorded if each.fate is Fate.EDITED]
    assert edited.fields() == {
        "type": "response.create",
        "event_id": "event_of_app",
    }


def test_same_table_gives_an_equal_rule() -> None:
    text = '[[rule]]\nmatch = "type:error"\nset = { "a.b" = { c = [1] } }\ntimes = 2'
    assert _rules(text) == _rules(text)
    assert _rules(text) != _rules(text.replace("times = 2", "times = 3"))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("drop = true", "mocks.toml [[rule]] 1: match is missing; expected a filter such as"),
        (
            'match = "type:x"',
            "mocks.toml [[rule]] 1: the rule has nothing to do; expected one of dr",
        ),
        (
            'match = "type:x"\ndrop = true\ndelay_s = 1',
            "mocks.toml [[rule]] 1: the rule has more than one thing to do; expected one of drop",
        ),
        (
            'match = "type:x"\ndorp = true',
            "mocks.toml [[rule]] 1 dorp: dorp is unknown; did you mean",
        ),
        (
            'match = "from:serv"\ndrop = true',
            "mocks.toml [[rule]] 1 match: match is no filter for a rule: the filter cannot be read",
        ),
        (
            'match = "finding:error"\ndrop = true',
            "mocks.toml [[rule]] 1 match: match is no filter for a rule: the filter 'finding:error'",
        ),
        (
            'match = "type:x"\nset = { "a..b" = 1 }',
            "mocks.toml [[rule]] 1 set: set has 'a..b', which is no path; write one as item.content",
        ),
        (
            'match = "type:x"\ndelete = ["["]',
            "mocks.toml [[rule]] 1 delete: delete has '[', which is no path",
        ),
        (
            'match = "type:x"\nset = {}',
            "mocks.toml [[rule]] 1: set and delete are empty; expected p",
        ),
        (
            'match = "type:x"\nset = { "a" = { b = [2026-01-01] } }',
            "mocks.toml [[rule]] 1 set: set has a date at a.b[0]; write it as a text",
        ),
        (
            'match = "type:x"\nset = { "a" = nan }',
            "mocks.toml [[rule]] 1 set: set has nan at a, which JSON has not",
        ),
        (
            'match = "type:x"\ndrop = true\ntimeout_s = 3',
            "mocks.toml [[rule]] 1 timeout_s: timeout_s goes with hold = true",
        ),
        (
            'match = "type:x"\ndrop = true\ntimes = 0',
            "mocks.toml [[rule]] 1 times: times is 0; expected a whole number of at least 1",
        ),
    ],
)
def test_table_that_is_no_rule_says_where_and_why(lines: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        _rules(f"[[rule]]\n{lines}")
    assert str(raised.value).startswith(message)
