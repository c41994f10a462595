"""Lines of a recording: what goes in comes out, byte for byte, and damage is named."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.event import (
    Closed,
    Event,
    Fate,
    Form,
    Header,
    Note,
    Opened,
    Origin,
    Released,
    Side,
    Unknown,
)
from realtap.recordings.lines import DamagedLineError, classify, decode, encode
from realtap.recordings.reader import Recording

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=10,
)
json_texts = st.builds(
    lambda value, ascii_, spaces: json.dumps(
        value, ensure_ascii=ascii_, separators=(", ", ": ") if spaces else (",", ":")
    ).encode(),
    json_values,
    st.booleans(),
    st.booleans(),
)
extras = st.dictionaries(st.sampled_from(["x", "é", "next_version"]), json_values, max_size=2)
times = st.integers(0, 10**12).map(lambda microseconds: microseconds / 1_000_000)
texts = st.text(max_size=20)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event as the tap makes one: of any form, of any origin and fate."""
    form = draw(st.sampled_from(Form))
    is_text_frame = draw(st.booleans()) if form in {Form.BINARY, Form.DIGEST} else True
    payloads = {
        Form.JSON: json_texts,
        Form.TEXT: texts.map(str.encode),
        Form.BINARY: st.binary(max_size=30),
        Form.DIGEST: st.just(b""),
    }
    fate = draw(st.sampled_from(Fate))
    return Event(
        seq=draw(st.integers(1, 2**53)),
        at=draw(times),
        side=draw(st.sampled_from(Side)),
        type=draw(st.none() | texts) if form is Form.JSON else None,
        payload=draw(payloads[form]),
        form=form,
        is_text_frame=is_text_frame,
        origin=draw(st.sampled_from(Origin)),
        fate=fate,
        why=draw(st.none() | texts),
        sent=draw(texts).encode() if fate is Fate.EDITED else None,
        redacted=draw(st.booleans()),
        size=draw(st.integers(0, 2**40)) if form is Form.DIGEST else None,
        sha256="ab" * 32 if form is Form.DIGEST else None,
        extra=draw(extras),
    )


objects = st.dictionaries(st.text(max_size=8), json_values, max_size=3)
pairs = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
others = st.one_of(
    st.builds(
        Header,
        id=texts,
        started=texts,
        via=texts,
        upstream=texts,
        client=objects,
        request=objects,
        tool=texts,
        version=st.integers(1, 9),
        extra=extras,
    ),
    st.builds(
        Opened,
        at=times,
        status=st.integers(100, 599),
        headers=pairs,
        subprotocol=st.none() | texts,
        body=st.none() | texts,
        extra=extras,
    ),
    st.builds(
        Closed,
        at=times,
        side=st.sampled_from(Side),
        code=st.integers(1000, 4999),
        reason=texts,
        extra=extras,
    ),
    st.builds(Note, at=times, note=objects, extra=extras),
    st.builds(
        Released,
        at=times,
        seq=st.integers(1, 2**53),
        fate=st.sampled_from([Fate.FORWARDED, Fate.EDITED, Fate.DROPPED]),
        sent=st.none() | texts.map(str.encode),
        why=st.none() | texts,
        redacted=st.booleans(),
        extra=extras,
    ),
)


@given(events() | others)
def test_entry_comes_back_as_it_was(entry: Any) -> None:
    line = encode(entry)
    assert decode(line) == entry
    assert decode(line.removesuffix(b"\n")) == entry


@given(events() | others)
def test_entry_is_one_line_that_any_json_reader_reads(entry: Any) -> None:
    line = encode(entry)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line) == msgspec.json.decode(line)


@given(events().filter(lambda event: event.form is Form.JSON))
def test_json_event_is_kept_verbatim_behind_the_last_key(event: Event) -> None:
    line = encode(event)
    assert line[line.index(b',"event":') + len(b',"event":') : -2].endswith(event.payload)
    assert line.endswith(b',"event":' + event.payload + b"}\n")


@given(events() | others, st.data())
def test_torn_line_is_damaged_never_misread(entry: Any, data: st.DataObject) -> None:
    line = encode(entry)[:-1]
    torn = line[: data.draw(st.integers(0, len(line) - 1))]
    with pytest.raises(DamagedLineError):
        decode(torn)


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_damaged(line: bytes) -> None:
    for candidate in (line, b'{"seq":' + line, b'{"seq":1,"at":0,"from":"client",' + line):
        try:
            decode(candidate)
        except DamagedLineError:
            continue


@pytest.mark.parametrize(
    "payload",
    [
        b'{"type":"x", "n":1.50, "e":"\\u00e9\\/"}',
        b' {"type":"x"} ',
        b'\t["x"]\t',
        b"5 ",
        b'{"type":"x","type":"y"}',
        b'{"type":"x","delta":"\\ud83d"}',
        b'{"type":"x","n":1e999}',
        b'{"type":"x","n":123456789012345678901234567890}',
        '{"type":"x","s":"é\u2028\u2029"}'.encode(),
        b'{"event":{"seq":1}}',
    ],
)
def test_payload_that_is_unusual_json_is_kept_verbatim(payload: bytes) -> None:
    form, type_ = classify(payload, is_text_frame=True)
    event = Event(seq=1, at=0.5, side=Side.SERVER, type=type_, payload=payload, form=form)
    found = decode(encode(event))
    assert found == event
    assert form is Form.JSON


@pytest.mark.parametrize(
    ("payload", "is_text_frame", "form", "type_"),
    [
        (b'{"type":"x"}', True, Form.JSON, "x"),
        (b'{"type":5}', True, Form.JSON, None),
        (b'{"type":"\\ud800"}', True, Form.JSON, None),
        (b"[1]", True, Form.JSON, None),
        (b'{"type":"x"\n}', True, Form.TEXT, None),
        (b'{"type":"x"}\r', True, Form.TEXT, None),
        (b"hello", True, Form.TEXT, None),
        (b"", True, Form.TEXT, None),
        (b"NaN", True, Form.TEXT, None),
        (b"{\x00}\x00", True, Form.TEXT, None),
        (b"\xef\xbb\xbf{}", True, Form.TEXT, None),
        (b"\xff", True, Form.BINARY, None),
        ('{"type":"é"}'.encode(), True, Form.JSON, "é"),
        (b'{"type":"x"}', False, Form.BINARY, None),
        (b"[" * 100_000, True, Form.TEXT, None),
    ],
)
def test_frame_is_classified_by_what_it_holds(
    payload: bytes, form: Form, type_: str | None, *, is_text_frame: bool
) -> None:
    assert classify(payload, is_text_frame=is_text_frame) == (form, type_)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"[1]", "expected an object, got list"),
        (b'"x"', "expected an object, got str"),
        (b"", "."),
        (b'{"seq":1,"at":0,"from":"nobody","event":{}}', "Invalid enum value"),
        (b'{"seq":1,"at":0,"from":"client"}', "no event, text, base64 or sha256"),
        (b'{"seq":1,"at":0,"from":"client","base64":"%"}', "."),
        (b'{"at":0,"seq":1,"from":"client","event":{}', "."),
        (b'{"seq":1,"at":0,"from":"client","event":\xff}', "."),
        (b'{"x":' * 100_000, "."),
    ],
)
def test_damaged_line_says_what_is_wrong(line: bytes, complaint: str) -> None:
    with pytest.raises(DamagedLineError, match=complaint):
        decode(line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"at":1.5,"released":3,"fate":"held"}',
        b'{"at":1.5,"released":"3","fate":"forwarded"}',
        b'{"at":1.5,"released":3}',
        b'{"anything":true}',
        b'{"realtap":"1"}',
        b'{"at":1,"open":"x"}',
        b'{"at":1,"close":{}}',
        b'{"at":1,"note":"x"}',
    ],
)
def test_line_of_an_unknown_kind_is_kept(line: bytes) -> None:
    assert decode(line + b"\n") == Unknown(line)


def test_release_of_a_held_event_is_a_line_of_its_own() -> None:
    released = Released(1.5, 3, Fate.EDITED, b'{"type":"x"}', "breakpoint")
    line = b'{"at":1.5,"released":3,"fate":"edited","why":"breakpoint","sent":"{\\"type\\":\\"x\\"}"}\n'
    assert encode(released) == line
    assert decode(line.replace(b'"at"', b'"x":1,"at"')) == replace(released, extra={"x": 1})


def test_release_with_half_a_character_in_its_text_is_damaged() -> None:
    with pytest.raises(DamagedLineError, match="surrogate"):
        decode(b'{"at":1.5,"released":3,"fate":"edited","sent":"\\ud800"}')


def test_redacted_text_that_was_sent_comes_back() -> None:
    edited = Event(
        3,
        1.0,
        Side.CLIENT,
        "x",
        b'{"type":"x"}',
        fate=Fate.EDITED,
        sent=b'{"type":"x","key":"[redacted]"}',
        redacted=True,
    )
    assert decode(encode(edited)) == edited


def test_event_with_keys_in_another_order_is_read() -> None:
    line = b'{"event":{"a":1},"x":2,"from":"client","at":1,"seq":7}'
    assert decode(line) == Event(7, 1.0, Side.CLIENT, None, b'{"a":1}', extra={"x": 2})


def test_wrong_shapes_in_a_header_become_empty() -> None:
    found = decode(b'{"realtap":1,"id":"i","started":"s","via":5,"client":[],"request":null}')
    assert found == Header(id="i", started="s", via="", upstream="")


def test_wrong_shapes_in_an_answer_become_empty() -> None:
    line = b'{"at":1,"open":{"status":403,"headers":[["a","b"],["c"],5],"subprotocol":1}}'
    assert decode(line) == Opened(at=1.0, status=403, headers=(("a", "b"),))
    assert decode(b'{"at":1,"open":{"status":101,"headers":5}}') == Opened(at=1.0, status=101)


def test_session_of_each_kind_of_line_is_read_in_order(tmp_path: Any) -> None:
    header = Header(id="i", started="s", via="reverse", upstream="ws://x")
    entries: list[Header | Opened | Note] = [
        header,
        Opened(at=0.1, status=101),
        Note(at=0.2, note={"kind": "mark"}),
    ]
    path = tmp_path / "i.jsonl"
    path.write_bytes(b"".join(encode(entry) for entry in entries))
    assert list(Recording(path).entries()) == entries
