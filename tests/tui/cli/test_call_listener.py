"""What is said, and done, about a call that an app opens through the proxy."""

from dataclasses import replace

import pytest

from realtap.proxy.capture import RestCall
from realtap.tui.cli.call_listener import CallListener, attaching, joining_headers

CALL = RestCall(
    method="POST",
    path="/v1/realtime/calls",
    origin="https://api.openai.com:443",
    via="reverse",
    status=201,
    elapsed_s=0.1,
    request_headers=(("Authorization", "Bearer sk-app"), ("Accept", "*/*")),
    response_headers=(("location", "/v1/realtime/calls/rtc_1"),),
    request_body="",
    response_body="",
)
BROWSERS = replace(CALL, request_headers=(("Authorization", "Bearer ek_browser"),))


def test_line_to_join_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    CallListener().take(CALL)
    assert (
        "call rtc_1 was opened; to record it: realtap attach-call rtc_1\n"
        in capsys.readouterr().err
    )


def test_other_request_is_not_worth_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    CallListener().take(replace(CALL, response_headers=()))
    assert capsys.readouterr().err == ""


def test_server_is_named_when_it_is_another_one() -> None:
    azure = replace(CALL, origin="https://voice.openai.azure.com:443")
    assert attaching(azure).endswith("rtc_1 --upstream wss://voice.openai.azure.com")


def test_a_servers_word_is_quoted_for_the_shell() -> None:
    odd = replace(CALL, response_headers=(("Location", "/v1/realtime/calls/a;b\x1b[2J"),))
    assert attaching(odd) == "realtap attach-call 'a;b [2J'"


def test_key_that_made_the_call_joins_it() -> None:
    assert joining_headers(CALL, {"OPENAI_API_KEY": "sk-other"})["Authorization"] == "Bearer sk-app"


def test_key_that_lasts_is_better_than_a_browsers() -> None:
    environ = {"OPENAI_API_KEY": "sk-own"}
    assert joining_headers(BROWSERS, environ) == {"Authorization": "Bearer sk-own"}
    assert joining_headers(BROWSERS, {}) == {"Authorization": "Bearer ek_browser"}
