"""What the kinds of answers give back."""

import pytest
from mocked import a_call

from realtap.proxy.injection.mocks.answers import Filled, Function, Text
from realtap.proxy.injection.mocks.template import Template
from realtap.recordings.event import Json


def test_text_is_always_the_same() -> None:
    assert Text("sunny").output(a_call(), 1) == Text("sunny").output(a_call("{"), 7) == "sunny"


def filled(shape: object, arguments: str = '{"city": "Paris"}', **values: object) -> str:
    answer = Filled(Template.parse(shape, values), values)
    return answer.output(a_call(arguments), 3)


def test_template_takes_the_calls_own_and_the_mocks_values() -> None:
    assert filled("{sky} in {arguments.city}, {count}", sky="blue") == "blue in Paris, 3"
    assert filled({"to": "{name} {call_id}"}) == '{"to":"get_weather call_1"}'


@pytest.mark.parametrize(
    ("arguments", "text"), [('{"a": [1]}', 'got {"a":[1]}'), ('{"a', 'got {"a'), ("", "got {}")]
)
def test_template_takes_all_arguments_as_they_are(arguments: str, text: str) -> None:
    assert filled("got {arguments}", arguments) == text


def test_template_leaves_a_gap_where_arguments_are_no_json() -> None:
    assert filled("in {arguments.city}.", '{"city') == "in ."


def test_function_may_do_with_its_arguments_what_it_likes() -> None:
    call = a_call()

    def emptied(arguments: Json) -> str:
        return str(arguments.pop("city"))

    function = Function("tools:emptied", emptied)
    assert function.output(call, 1) == function.output(call, 2) == "Paris"


def test_function_gets_an_empty_dictionary_where_there_are_no_arguments() -> None:
    assert Function("tools:echo", lambda arguments: arguments).output(a_call(""), 1) == "{}"


def test_exception_of_a_function_is_passed_on() -> None:
    def broken(_: Json) -> object:
        raise LookupError("no such city")

    with pytest.raises(LookupError, match="no such city"):
        Function("tools:broken", broken).output(a_call(), 1)
