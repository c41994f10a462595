"""What mitmproxy is told to capture, and what it tells of a call."""

import pytest

from realtap.proxy.capture import RestCall, sparing


@pytest.mark.parametrize(
    ("mode", "given"),
    [
        ("local", "local:!77"),
        ("local:curl,node", "local:curl,node,!77"),
        ("regular@8485", "regular@8485"),
    ],
)
def test_the_relays_own_connections_are_not_captured(mode: str, given: str) -> None:
    assert sparing(mode, 77) == given


@pytest.mark.parametrize(
    ("location", "call_id"),
    [
        ("/v1/realtime/calls/rtc_abc", "rtc_abc"),
        ("https://api.openai.com/v1/realtime/calls/rtc_abc?x=1", "rtc_abc"),
        ("/v1/realtime/calls/rtc_abc/", "rtc_abc"),
        ("/elsewhere/rtc_abc", None),
        ("", None),
    ],
)
def test_the_call_that_was_opened_is_in_the_answers_location(
    location: str, call_id: str | None
) -> None:
    call = RestCall(
        "POST",
        "/v1/realtime/calls",
        "https://h:443",
        "reverse",
        201,
        0.1,
        (),
        (("location", location),),
        "",
        "",
    )
    assert call.call_id == call_id
