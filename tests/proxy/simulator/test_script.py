"""Scripts in TOML: what they may say, and how a mistake in one is named."""

from pathlib import Path

import pytest

from realtap.proxy.simulator.script import (
    Call,
    Heard,
    Reply,
    Rule,
    Script,
    load_script,
    parse_script,
)
from realtap.recordings.errors import UsageError


def test_script_is_read_as_a_value() -> None:
    script = parse_script(
        """
        [[when]]
        text = "*weather*"
        call = "get_weather"
        arguments = { city = "Paris" }

        [[when]]
        after = "get_weather"
        say = "It is {output}."

        [[hear]]
        text = "What is the weather?"

        [[hear]]
        fail = "audio_unintelligible"
        """
    )
    assert script == Script(
        rules=(
            Rule((Reply(calls=(Call("get_weather", {"city": "Paris"}),)),), text="*weather*"),
            Rule((Reply(say="It is {output}."),), after="get_weather"),
        ),
        heard=(Heard("What is the weather?"), Heard(fail="audio_unintelligible")),
    )


def test_every_ending_of_a_reply_can_be_scripted() -> None:
    script = parse_script(
        """
        [[when]]
        sequence = [
          { fail = "server_error" },
          { incomplete = "content_filter" },
          { expire = true },
          { say = "Bye", hang_up = true },
          { calls = [{ call = "a" }, { call = "b", arguments = {} }] },
        ]
        """
    )
    assert script.rules[0].replies == (
        Reply(fail="server_error"),
        Reply(incomplete="content_filter"),
        Reply(is_expiring=True),
        Reply(say="Bye", is_hanging_up=True),
        Reply(calls=(Call("a"), Call("b", {}))),
    )


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("[[if]]", "if", "expected one of when, hear"),
        ("when = 3", "when", "expected a list of tables"),
        ("when = [3]", "when[0]", "expected a table"),
        ("[[when]]", "when[0].say", "expected one of say, call"),
        ("[[when]]\nsays = 'x'", "when[0].says", "expected one of text, after"),
        ("[[when]]\nsay = 3", "when[0].say", "expected a string"),
        ("[[when]]\ncall = ''", "when[0].call", "expected the name of a function"),
        ("[[when]]\ncall = 'f'\narguments = 'x'", "when[0].arguments", "expected a table"),
        ("[[when]]\narguments = {}", "when[0].arguments", "expected call beside it"),
        ("[[when]]\ncall = 'f'\ncalls = []", "when[0].calls", "put all calls into calls"),
        ("[[when]]\ncalls = [{}]", "when[0].calls[0].call", "expected the name of a function"),
        ("[[when]]\nexpire = 'now'", "when[0].expire", "expected true or false"),
        ("[[when]]\nincomplete = 'tired'", "when[0].incomplete", "max_output_tokens or"),
        ("[[when]]\nsequence = []", "when[0].sequence", "expected at least one reply"),
        ("[[when]]\nsay='a'\nsequence=[]", "when[0].sequence", "put that reply into"),
        ("[[when]]\nsequence=[{say='a'}, {sing='b'}]", "when[0].sequence[1].sing", "expected one"),
        ("[[hear]]", "hear[0].text", "expected what the turn says, or fail"),
    ],
)
def test_mistake_is_named_by_file_key_and_what_was_expected(
    text: str, key: str, expected: str
) -> None:
    with pytest.raises(UsageError) as raised:
        parse_script(text, source="talk.toml")
    message = str(raised.value)
    assert message.startswith(f"script talk.toml: {key} ")
    assert expected in message


def test_broken_toml_is_named_with_its_place() -> None:
    with pytest.raises(UsageError, match=r"script talk\.toml: not TOML: .*line 2"):
        parse_script("[[when]]\nsay = \n", source="talk.toml")


def test_file_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "talk.toml"
    path.write_text("[[when]]\nsay = 'hi'")
    assert load_script(path).rules == (Rule((Reply(say="hi"),)),)


def test_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_script(tmp_path / "nowhere.toml")
