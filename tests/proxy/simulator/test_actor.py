"""The simulated model: which rule it follows, and how often."""

from realtap.proxy.simulator.actor import Actor, arguments_text
from realtap.proxy.simulator.improvisation import Situation
from realtap.proxy.simulator.script import Call, Script, parse_script

SCRIPT = """
[[when]]
text = "*Weather*"
call = "get_weather"

[[when]]
after = "get_*"
say = "You asked: {text} I found: {output}"

[[when]]
text = "*again*"
sequence = [{ say = "first" }, { say = "second" }]
"""


def _actor(text: str = SCRIPT) -> Actor:
    return Actor(parse_script(text))


def test_glob_ignores_case() -> None:
    reply = _actor().reply(Situation(text="WEATHER please"))
    assert [call.name for call in reply.calls] == ["get_weather"]


def test_first_rule_that_fits_decides() -> None:
    reply = _actor().reply(Situation(text="the weather again"))
    assert reply.calls


def test_missing_arguments_come_from_the_users_words() -> None:
    tool = {
        "type": "function",
        "name": "get_weather",
        "parameters": {"properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
    reply = _actor().reply(Situation(text="the weather in Oslo", tools=(tool,)))
    assert reply.calls == (Call("get_weather", {"city": "Oslo"}),)


def test_output_is_answered_and_not_called_for_again() -> None:
    situation = Situation(text="the weather?", outputs=(("get_weather", "rain"),))
    assert _actor().reply(situation).say == "You asked: the weather? I found: rain"


def test_sequence_advances_and_its_last_reply_stays() -> None:
    actor = _actor()
    said = [actor.reply(Situation(text="again")).say for _ in range(3)]
    assert said == ["first", "second", "second"]


def test_what_no_rule_covers_is_improvised() -> None:
    assert "teapot" in (_actor().reply(Situation(text="a teapot")).say or "")


def test_turns_are_heard_in_order_then_by_their_length() -> None:
    actor = _actor("[[hear]]\ntext = 'one'\n[[hear]]\nfail = 'x'")
    assert [actor.hear(1_500).text for _ in range(3)] == ["one", "", "I spoke for 1.5 seconds."]


def test_silence_says_nothing() -> None:
    assert Actor(Script()).hear(0).text == ""


def test_arguments_are_pretty_printed() -> None:
    assert arguments_text(Call("f", {"city": "Zürich"})) == '{\n  "city": "Zürich"\n}'


def test_only_scripted_turns_are_known_before_their_end() -> None:
    actor = _actor("[[hear]]\ntext = 'one'")
    assert actor.hear_early() is not None
    assert actor.hear_early() is None
    assert actor.hear(1_000).text == "I spoke for 1.0 seconds."
