"""No secret reaches a recording: by name, by pattern and by value, in every spelling."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from realtap.recordings.known_secrets import PROTOCOL_WORDS
from realtap.recordings.redaction import MARKER, Redactor

KEY = "sk-proj-abcDEF0123456789abcdefgh"
WIRE = Path(__file__).resolve().parents[3] / "shared" / "wire"


def redacted(redactor: Redactor, payload: bytes) -> bytes:
    """The payload for the recording; that it says so when it changed is checked on the way."""
    result, is_redacted = redactor.payload(payload)
    assert is_redacted == (result != payload)
    assert is_redacted or result is payload
    return result


def session_with(tool: dict[str, Any]) -> bytes:
    event = {"type": "session.update", "session": {"tools": [tool]}}
    return json.dumps(event).encode()


# By name: the handshake.


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "proxy-authorization",
        "api-key",
        "X-API-Key",
        "Cookie",
        "Set-Cookie",
        "Ocp-Apim-Subscription-Key",
        "x-goog-api-key",
        "X-Amz-Security-Token",
        "cf-access-client-secret",
    ],
)
def test_secret_header_keeps_its_name_and_loses_its_value(name: str) -> None:
    assert Redactor().headers([(name, "zyx987wvu654")]) == [(name, MARKER)]


def test_authorization_keeps_its_scheme() -> None:
    assert Redactor().headers([("Authorization", f"Bearer {KEY}")]) == [
        ("Authorization", "Bearer [redacted]")
    ]


@pytest.mark.parametrize(
    "pair",
    [
        ("Host", "api.openai.com"),
        ("User-Agent", "AsyncOpenAI/Python 3.51.0"),
        ("OpenAI-Beta", "realtime=v1"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("OpenAI-Safety-Identifier", "user-1234567890"),
        ("x-ms-client-request-id", "0190b3f2-8a5e-7000-8000-000000000000"),
        ("Sec-WebSocket-Protocol", "realtime, openai-agents-sdk.0.3.1"),
    ],
)
def test_harmless_header_stays_as_it_is(pair: tuple[str, str]) -> None:
    assert Redactor().headers([pair]) == [pair]


def test_headers_keep_their_order_and_their_number() -> None:
    pairs = [("A", "1"), ("Cookie", "a=1234567890"), ("A", "2")]
    assert Redactor().headers(pairs) == [("A", "1"), ("Cookie", MARKER), ("A", "2")]


def test_key_in_an_earlier_header_is_known_from_a_later_one() -> None:
    pairs = [("Location", "https://x/y?u=zyx987wvu654"), ("api-key", "zyx987wvu654")]
    assert Redactor().headers(pairs)[0] == ("Location", "https://x/y?u=[redacted]")


def test_key_among_the_subprotocols_of_a_header_is_redacted() -> None:
    pairs = [("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.abc, x.y")]
    assert Redactor().headers(pairs) == [
        ("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.[redacted], x.y")
    ]


@pytest.mark.parametrize(
    ("subprotocol", "shown"),
    [
        ("realtime", "realtime"),
        ("openai-organization.org-abc0123456789abcdefghij", None),
        ("openai-project.proj_abc0123456789abcdefghij", None),
        ("openai-beta.realtime-v1", None),
        ("openai-insecure-api-key.abc", "openai-insecure-api-key.[redacted]"),
        ("openai-insecure-api-key.sk-abc", "openai-insecure-api-key.sk-[redacted]"),
        ("openai-insecure-api-key.ek_abc", "openai-insecure-api-key.ek_[redacted]"),
        ("xai-client-secret.abc", "xai-client-secret.[redacted]"),
        ("base64url.bearer.authorization.k8s.io.YWJj", None),
        ("0190b3f28a5e7000800000000000abcd", MARKER),
    ],
)
def test_subprotocol_with_a_key_keeps_its_name(subprotocol: str, shown: str | None) -> None:
    result = Redactor().subprotocols([subprotocol])[0]
    if subprotocol.startswith("base64url"):
        assert result.startswith("base64url.bearer")
        assert "YWJj" not in result
    else:
        assert result == (shown or subprotocol)


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/v1/realtime?model=gpt-realtime", "/v1/realtime?model=gpt-realtime"),
        ("/r?api-key=abc&model=m", "/r?api-key=[redacted]&model=m"),
        ("/r?model=m&API_KEY=abc", "/r?model=m&API_KEY=[redacted]"),
        ("/r?api%2Dkey=abc#x", "/r?api%2Dkey=[redacted]#x"),
        ("/r?key=a'b\"c d", "/r?key=[redacted]"),
        ("/r?a=1;token=abc", "/r?a=1;token=[redacted]"),
        ("/r?X-Amz-Signature=abc&sig=def", "/r?X-Amz-Signature=[redacted]&sig=[redacted]"),
        ("/r?key=&monkey=x&max_tokens=5", "/r?key=&monkey=x&max_tokens=5"),
        ("/r#access_token=abc", "/r#access_token=[redacted]"),
    ],
)
def test_key_parameter_keeps_its_name(target: str, shown: str) -> None:
    assert Redactor().request_line_target(target) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("wss://u:p@h/v1?model=m", "wss://[redacted]@h/v1?model=m"),
        ("wss://key@h:8/v1?key=k", "wss://[redacted]@h:8/v1?key=[redacted]"),
        ("wss://h/v1?mail=a@b", "wss://h/v1?mail=a@b"),
    ],
)
def test_url_loses_its_userinfo_and_its_keys(url: str, shown: str) -> None:
    assert Redactor().url(url) == shown


# By name: JSON bodies.


def test_client_secret_of_a_beta_session_is_redacted_whatever_its_length() -> None:
    payload = b'{ "client_secret" : {"value":"x", "expires_at":1}, "n":1.50 }'
    assert redacted(Redactor(), payload) == payload.replace(b'"x"', b'"[redacted]"')


def test_value_of_a_client_secrets_reply_is_redacted() -> None:
    payload = b'{"value":"short","expires_at":1,"session":{"value":"stays"}}'
    assert redacted(Redactor(), payload) == payload.replace(b"short", b"[redacted]")
    assert redacted(Redactor(), b'{"value":"ek_1"}') == b'{"value":"[redacted]"}'
    assert redacted(Redactor(), b'{"value":"usual"}') == b'{"value":"usual"}'


def test_authorization_and_headers_of_an_mcp_tool_are_redacted_in_any_order() -> None:
    tool = {
        "headers": {"X-Team": "blue", "Authorization": "Bearer abc", "n": 5, "deep": [{"a": "b"}]},
        "authorization": "abc",
        "server_url": "https://mcp.example",
        "type": "mcp",
    }
    result = json.loads(redacted(Redactor(), session_with(tool)))
    assert result["session"]["tools"][0] == {
        "headers": {
            "X-Team": MARKER,
            "Authorization": f"Bearer {MARKER}",
            "n": MARKER,
            "deep": [{"a": MARKER}],
        },
        "authorization": MARKER,
        "server_url": "https://mcp.example",
        "type": "mcp",
    }


def test_name_written_with_escapes_is_still_that_name() -> None:
    payload = b'{"client\\u005fsecret":{"v\\u0061lue":"abc"},"\\u0061uthorization":"d"}'
    assert redacted(Redactor(), payload).count(b"[redacted]") == 2


def test_member_that_occurs_twice_is_redacted_twice() -> None:
    payload = b'{"authorization":"a","authorization":"b"}'
    assert redacted(Redactor(), payload).count(b"[redacted]") == 2


def test_schema_of_a_function_is_no_secret() -> None:
    schema = {
        "authorization": {"type": "string"},
        "headers": {"type": "object"},
        "server_url": {"type": "string"},
    }
    tool = {
        "type": "function",
        "name": "f",
        "parameters": {"properties": schema, "required": ["headers"]},
    }
    payload = session_with(tool)
    assert redacted(Redactor(), payload) is payload


def test_headers_outside_of_a_tool_lose_only_their_secrets() -> None:
    payload = b'{"type":"x","headers":{"Accept":"a","Authorization":"b"}}'
    assert redacted(Redactor(), payload) == payload.replace(b'"b"', b'"[redacted]"')


def test_marker_itself_is_no_secret() -> None:
    payload = b'{"authorization":"Bearer [redacted]","client_secret":{"value":"[redacted]"}}'
    assert redacted(Redactor(), payload) is payload


# By pattern.


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "sk-0123456789abcdef0123",
        "ek_68af296e8e408191a1120ab6383263c2",
        "xai-AbCdEf0123456789AbCdEf",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "key={},", "%20{}", "task-{}", "ask-{}", "«{}»", "a b {}\n"]
)
def test_what_looks_like_a_vendors_key_is_redacted_in_text_and_json(
    secret: str, around: str
) -> None:
    text = around.format(secret)
    assert redacted(Redactor(), text.encode()).decode() == text.replace(secret, MARKER)
    payload = json.dumps({"type": "error", "m": text}, ensure_ascii=False).encode()
    assert redacted(Redactor(), payload) == payload.replace(secret.encode(), MARKER.encode())


def test_bearer_token_keeps_its_scheme_in_text() -> None:
    text = b"sent Authorization: bearer abc.DEF-ghi_jkl~mno= to"
    assert redacted(Redactor(), text) == b"sent Authorization: bearer [redacted] to"


@pytest.mark.parametrize(
    "text",
    [
        "task-0190b3f2-8a5e-7000-8000-000000000000",
        "sk-learn-pipelines-explained-in-words",
        "week_0123456789abcdef0123",
        "Bearer authentication. Bearer tokens are",
        "sk-short",
        "risk-ABCDEFGH0123456789",
        '{"token":"a","key":"b","type":"realtime"}',
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    payload = text.encode()
    assert redacted(Redactor(), payload) is payload


# By value.


def test_learned_value_goes_in_each_of_its_spellings() -> None:
    redactor = Redactor()
    redactor.request_line_target("/r?api-key=ab%2Fcd%2Bef%3D%3D0")
    for spelled in ("ab/cd+ef==0", "ab%2Fcd%2Bef%3D%3D0", "ab\\/cd+ef==0", "\\u0061b/cd+ef==0"):
        payload = f'{{"m":"<{spelled}>"}}'.encode()
        assert redacted(redactor, payload) == b'{"m":"<[redacted]>"}'


def test_basic_credentials_are_known_encoded_and_decoded() -> None:
    redactor = Redactor()
    encoded = base64.b64encode(b"somebody:pa55word!").decode()
    redactor.headers([("Authorization", f"Basic {encoded}")])
    text = f"{encoded} somebody:pa55word! pa55word!"
    assert redactor.text(text) == f"{MARKER} {MARKER} {MARKER}"


def test_basic_credentials_that_are_not_base64_are_known_as_they_are() -> None:
    redactor = Redactor()
    redactor.headers([("Authorization", "Basic %%%%%%%%%%")])
    assert redactor.text("x %%%%%%%%%% y") == "x [redacted] y"


def test_userinfo_is_known_as_password_and_as_basic_credentials() -> None:
    redactor = Redactor()
    redactor.url("wss://me:pa55w%40rd!@host/")
    encoded = base64.b64encode(b"me:pa55w@rd!").decode()
    assert redactor.text(f"{encoded} pa55w@rd!") == f"{MARKER} {MARKER}"


def test_cookie_is_known_by_its_value_not_by_its_attributes() -> None:
    redactor = Redactor()
    redactor.headers([("Set-Cookie", "__cf_bm=Ab.Cd-Ef_123; path=/; domain=.api.openai.com")])
    assert redactor.text("api.openai.com Ab.Cd-Ef_123") == "api.openai.com [redacted]"


def test_each_cookie_of_a_request_is_known() -> None:
    redactor = Redactor()
    redactor.headers([("Cookie", 'a="quoted-1234"; b=plain-1234; lonely-1234')])
    assert redactor.text("quoted-1234 plain-1234 lonely-1234") == " ".join([MARKER] * 3)


def test_value_found_by_name_in_one_payload_is_gone_from_the_next() -> None:
    redactor = Redactor()
    redactor.payload(b'{"client_secret":{"value":"plain words here"}}')
    assert redacted(redactor, b"so plain words here!") == b"so [redacted]!"


def test_short_value_goes_only_where_it_stands() -> None:
    redactor = Redactor()
    assert redactor.headers([("api-key", "abc")]) == [("api-key", MARKER)]
    assert redacted(redactor, b'{"m":"abc"}') == b'{"m":"abc"}'


def test_dummy_key_that_is_a_word_of_the_protocol_does_not_spoil_the_recording() -> None:
    redactor = Redactor()
    redactor.headers([("Authorization", "Bearer realtime")])
    payload = b'{"type":"session.update","session":{"type":"realtime"}}'
    assert redacted(redactor, payload) is payload


def test_value_that_stands_as_a_number_leaves_json_behind() -> None:
    redactor = Redactor()
    redactor.headers([("api-key", "1234567890")])
    assert redacted(redactor, b'{"a":1234567890,"b":[1234567890]}') == (
        b'{"a":"[redacted]","b":["[redacted]"]}'
    )


def test_value_that_stands_as_a_name_goes_too() -> None:
    redactor = Redactor()
    redactor.headers([("api-key", "1234567890")])
    assert redacted(redactor, b'{"1234567890":1}') == b'{"[redacted]":1}'


def test_value_that_reaches_across_punctuation_takes_the_message_with_it() -> None:
    redactor = Redactor()
    redactor.headers([("api-key", '1,2,3,4,"x"')])
    redactor.headers([("x-api-key", "plain-text-key")])
    assert redacted(redactor, b'["plain-text-key",1,2,3,4,"x"]') == b'"[redacted]"'
    assert redacted(redactor, b'[1,2,3,4,"x"]') == b'"[redacted]"'


def test_letter_of_an_escape_is_no_letter_of_a_secret() -> None:
    redactor = Redactor()
    redactor.headers([("api-key", "nabcdefgh")])
    payload = b'{"a":"\\nabcdefgh","b":"nabcdefgh"}'
    json.loads(redacted(redactor, payload))


def test_values_of_payloads_do_not_pile_up() -> None:
    redactor = Redactor()
    redactor.headers([("api-key", "handshake-key")])
    for number in range(1000):
        redactor.payload(b'{"client_secret":{"value":"secret-%06d"}}' % number)
    known = redactor._known
    assert len(known.marked_needles) + len(known.plain_needles) < 300
    assert redacted(redactor, b"handshake-key secret-000999") == b"[redacted] [redacted]"


def test_long_event_without_audio_is_searched_whole() -> None:
    words = "word and words " * 100
    clean = json.dumps({"type": "x", "instructions": words}).encode()
    redactor = Redactor()
    assert redacted(redactor, clean) is clean
    dirty = json.dumps({"type": "x", "a": words, "b": f"{words}{KEY}"}).encode()
    assert redacted(redactor, dirty) == dirty.replace(KEY.encode(), b"[redacted]")


def test_long_audio_is_left_alone_and_secrets_around_it_are_found() -> None:
    audio = base64.b64encode(bytes(range(256)) * 32).decode()
    clean = json.dumps({"type": "input_audio_buffer.append", "audio": audio}).encode()
    redactor = Redactor()
    redactor.headers([("api-key", "0123456789abcdef")])
    assert redacted(redactor, clean) is clean
    behind = json.dumps({"audio": audio, "m": KEY}).encode()
    assert redacted(redactor, behind) == behind.replace(KEY.encode(), b"[redacted]")
    inside = json.dumps({"audio": f"{audio}0123456789abcdef{audio}"}).encode()
    assert b"0123456789abcdef" not in redacted(redactor, inside)


# Words of our own.


def test_message_of_our_own_loses_urls_keys_and_header_lines() -> None:
    text = "cannot dial wss://u:pppp@h/?api_key=qqqq (api-key: rrrr)"
    assert Redactor().text(text) == (
        "cannot dial wss://[redacted]@h/?api_key=[redacted] (api-key: [redacted]"
    )


def test_headers_quoted_in_words_lose_one_word_and_teach_nothing() -> None:
    redactor = Redactor()
    said = "api-key: required here; Authorization: Bearer abc def; invalid token: expected words"
    assert redactor.text(said) == (
        "api-key: [redacted] here; Authorization: Bearer [redacted] def; "
        "invalid token: expected words"
    )
    assert redactor.text("required") == "required"
    assert redactor.text("Set-Cookie: a=b; path=/\nnext") == "Set-Cookie: [redacted]\nnext"


def test_refusals_body_is_redacted_by_name_too() -> None:
    body = '{"error":{"message":"no"},"client_secret":{"value":"abc"}}'
    assert Redactor().text(body) == body.replace("abc", MARKER)


def test_text_without_a_secret_stays_as_it_is() -> None:
    text = "error: the session expired, api-keys are fine: see https://x/y?model=m\n…"
    assert Redactor().text(text) == text


# Whatever comes.


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(payload: bytes) -> None:
    redactor = Redactor()
    redactor.headers([("api-key", KEY)])
    redacted(redactor, payload)
    redacted(redactor, b'{"headers":"\\u0020"' + payload)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_taken(first: str, second: str) -> None:
    redactor = Redactor()
    redactor.headers([(first, second), ("authorization", first), ("cookie", second)])
    redactor.subprotocols([first, second])
    redactor.url(first + second)
    redactor.url(f"ws://{first}@{second}?key={first}")
    redactor.text(f"{first}?key={second} authorization: {first}")
    redactor.text(f"\ud800{first}")


secrets = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=40
) | st.from_regex(r"[A-Za-z0-9]{12,30}", fullmatch=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = [
    "header",
    "bearer",
    "basic",
    "parameter",
    "subprotocol",
    "userinfo",
    "client_secret",
    "mcp",
]


def show(redactor: Redactor, place: str, secret: str) -> str:
    """Let the redactor see the secret in a place for secrets; what it would write is returned."""
    encoded = quote(secret, safe="")
    credentials = base64.b64encode(f"me:{secret}".encode()).decode()
    client_secret = session_with({"client_secret": {"value": secret}})
    tool = session_with({"type": "mcp", "headers": {"X": f"Bearer {secret}"}})
    shows: dict[str, Callable[[], object]] = {
        "header": lambda: redactor.headers([("api-key", secret)]),
        "bearer": lambda: redactor.headers([("Authorization", f"Bearer {secret}")]),
        "basic": lambda: redactor.headers([("Authorization", f"Basic {credentials}")]),
        "parameter": lambda: redactor.request_line_target(f"/r?api-key={encoded}&model=m"),
        "subprotocol": lambda: redactor.subprotocols([f"openai-insecure-api-key.{secret}"]),
        "userinfo": lambda: redactor.url(f"wss://me:{encoded}@host/v1"),
        "client_secret": lambda: redactor.payload(client_secret)[0],
        "mcp": lambda: redactor.payload(tool)[0],
    }
    shown = shows[place]()
    return shown.decode() if isinstance(shown, bytes) else str(shown)


def spelled(secret: str, escaped: list[bool]) -> str:
    """A JSON string's inside that says the secret, with some characters as `\\u` escapes."""
    return "".join(
        f"\\u{ord(each):04x}" if is_escaped else json.dumps(each, ensure_ascii=False)[1:-1]
        for each, is_escaped in zip(secret, escaped, strict=True)
    ).replace("/", "\\/" if escaped[0] else "/")


def strings_of(value: object) -> list[str]:
    """All strings in a JSON value, and those in the JSON in them."""
    match value:
        case str():
            try:
                inner = json.loads(value)
            except ValueError:
                return [value]
            return [value, *(strings_of(inner) if isinstance(inner, list) else [])]
        case list():
            return [found for each in value for found in strings_of(each)]
        case dict():
            return [found for pair in value.items() for each in pair for found in strings_of(each)]
        case _:
            return [json.dumps(value)]


def is_findable(secret: str) -> bool:
    """Leaves out what a search cannot decide: words of the test's own frame, and of the marker."""
    frame = f'{{"type":"","m":[{MARKER}Bearer Basic openai-insecure-api-key client_secret]}}'
    return secret not in frame and secret not in PROTOCOL_WORDS


@settings(max_examples=300)
@given(
    secret=secrets,
    place=st.sampled_from(PLACES),
    around=st.tuples(st.text(max_size=10), st.text(max_size=10)),
    other=json_values,
    data=st.data(),
)
@example('a/b\\c"d/e', "header", ("", ""), None, None)
def test_secret_seen_in_any_place_survives_nowhere(
    secret: str, place: str, around: tuple[str, str], other: object, data: st.DataObject | None
) -> None:
    assume(is_findable(secret))
    redactor = Redactor()
    assert secret not in show(redactor, place, secret)
    flags = st.lists(st.booleans(), min_size=len(secret), max_size=len(secret))
    escaped = data.draw(flags) if data else [True] * len(secret)
    before, after = (json.dumps(each)[1:-1] for each in around)
    string = f'"{before}{spelled(secret, escaped)}{after}"'
    nested = json.dumps(f'["{spelled(secret, escaped)}"]')
    payload = f'{{"type":"x","m":[{string}, {nested}],"o":{json.dumps(other)}}}'.encode()
    result = redacted(redactor, payload)
    assert not any(secret in each for each in strings_of(json.loads(result)))
    for frame in (
        f"{around[0]}{secret}{around[1]}".encode(),
        b"\xff\x00" + secret.encode() + b"\xfe",
    ):
        assert secret.encode() not in redacted(redactor, frame)
    assert secret not in redactor.text(f"closed: {secret}")


FRAGMENTS = st.sampled_from(
    [
        *("client_secret", "value", "expires_at", "authorization", "Authorization", "headers"),
        *("extra_headers", "type", "mcp", "server_url", "api_key", "api-key", "x-api-key", "ek_1"),
        *("access_token", "x-goog-api-key", "proxy-authorization", "ocp-apim-subscription-key"),
        *("handshake-key", "0123456789abcdef", "a/b+c/d+e==", 'q"uo\\te', "schlüssel"),
        *(f"Bearer {KEY}", f"x {KEY}", "ek_68af296e8e408191a1120ab6", "xai-AbCdEf0123456789"),
        *("QUJD" * 300, "QUJD" * 300 + "0123456789abcdef", "QUJD" * 300 + KEY, "plain words"),
    ]
)
fragment_values = st.recursive(
    FRAGMENTS | st.just(5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FRAGMENTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300)
@given(value=fragment_values, ascii_=st.booleans(), escaped=st.integers(0, 40))
def test_quick_look_misses_nothing_that_the_closer_look_finds(
    value: object, escaped: int, *, ascii_: bool
) -> None:
    payload = json.dumps(value, ensure_ascii=ascii_)
    letter = payload[escaped : escaped + 1]
    if letter.isalpha() and "\\" not in payload[:escaped]:
        payload = f"{payload[:escaped]}\\u{ord(letter):04x}{payload[escaped + 1 :]}"
    quick, close = Redactor(), Redactor()
    for redactor in (quick, close):
        keys = ["handshake-key", "0123456789abcdef", "a/b+c/d+e==", 'q"uo\\te', "schlüssel"]
        redactor.headers([("api-key", key) for key in keys])
    assert quick.payload(payload.encode()) == close._closer(payload.encode())


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded sessions are not beside this checkout")
def test_real_sessions_hold_nothing_to_redact() -> None:
    redactor = Redactor()
    redactor.headers([("Authorization", f"Bearer {KEY}")])
    for path in WIRE.rglob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            assert redactor.payload(line)[0] is line
