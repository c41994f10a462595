"""The quick way through a recording finds what the slow one does, whatever was recorded."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings import lines, sweep
from realtap.recordings.errors import RecordingError
from realtap.recordings.event import Event, Fate, Form, Header, Note, Origin, Side
from realtap.recordings.filters import parse_filter
from realtap.recordings.filters.needles import Needle
from realtap.recordings.index import Index

HEADER = Header("a", "2026-01-01T00:00:00Z", "sim", "ws://127.0.0.1")
PIECE_BYTES = 400
"""A few lines, so that there are many pieces."""


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "PIECE_BYTES", PIECE_BYTES)


# Recordings.

WORDS = st.sampled_from(
    [
        "item_1",
        "call_1",
        "Paris",
        "PARIS",
        "é",
        "日本",
        "n",
        "7",
        "a\nb",
        'say "x"',
        "\u212aelvin",
        "",
    ]
)
VALUES = st.recursive(
    WORDS | st.integers(0, 9) | st.none() | st.booleans() | st.just("UGFyaXM" * 20),
    lambda inner: (
        st.dictionaries(st.sampled_from(["name", "city", "n"]), inner, max_size=3)
        | st.lists(inner, max_size=2)
        | inner.map(json.dumps)
    ),
    max_leaves=4,
)
FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["error", "response.done", "response.output_audio.delta"])},
    optional={
        "item_id": WORDS,
        "call_id": WORDS,
        "delta": VALUES,
        "number": st.integers(0, 9) | st.floats(0, 9),
        "item": st.fixed_dictionaries({}, optional={"id": WORDS, "name": WORDS, "content": VALUES}),
    },
)


def spelled(text: str) -> str:
    r"""Every letter i as `\u0069`, on the outermost level; no literal of JSON has one."""
    return text.replace("i", "\\u0069")


def encodings(fields: dict[str, Any]) -> list[str]:
    """The same event as several encoders write it."""
    utf8 = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return [json.dumps(fields), utf8, spelled(utf8)]


MARKS: list[dict[str, Any]] = [{}, {}, {}, {"origin": Origin.MOCK}, {"fate": Fate.DROPPED}]
ODD = [
    {"form": Form.TEXT, "payload": b'Paris "item_1"\n', "type": None},
    {"form": Form.BINARY, "payload": b"paris \xff item_1", "type": None, "is_text_frame": False},
    {"form": Form.JSON, "payload": b'["Paris"]', "type": None},
    {"form": Form.DIGEST, "payload": b"", "type": None, "size": 5, "sha256": "ab"},
]


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    """What makes an event, but for its number and time."""
    fields = draw(FIELDS)
    payload = draw(st.sampled_from(encodings(fields))).encode()
    marks = draw(st.sampled_from(MARKS))
    usual = {"type": fields["type"], "payload": payload, **marks}
    return {"side": draw(st.sampled_from(Side)), **draw(st.sampled_from([usual] * 6 + ODD))}


def recording(all_settings: list[dict[str, Any]]) -> Iterator[bytes]:
    """Its lines, with others between the events."""
    yield lines.encode(HEADER)
    for seq, each in enumerate(all_settings, start=1):
        line = lines.encode(Event(seq=seq, at=seq / 10, **each))
        edited = {7: b" " + line, 11: line.replace(b"}\n", b"}\r\n")}
        yield edited.get(seq, line)
        if seq % 5 == 0:
            yield lines.encode(Note(seq / 10, {"text": "Paris item_1"}))
            yield b'{"seq":5,"item_1\n'


# Filters.

TERMS = st.sampled_from(
    [
        *("item:item_1", "item:item_*", "call:call_1", "event:x", "item:é", "number=7", "number>3"),
        *("item.name=Paris", 'item.name="Paris"', "item.name!=Paris", "item.content.city=Paris"),
        *("item.content[].n=7", "item.content~par", "item.content.city:*", "item_id:*", "delta=n"),
        *("paris", '"PARIS"', '"é"', '"日本"', '"a\nb"', '"say \\"x"', "kelvin", '"k"', '"ÉN"'),
        *("type:error", "from:client", "seq:2..9", "size>80", "origin:wire", "origin:mock"),
        *("fate:forwarded", "fate:dropped", "fate:held", 'text:"item_1"'),
    ]
)
FILTERS = st.recursive(
    TERMS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({' '.join(parts)})")
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({' OR '.join(parts)})")
        | inner.map(lambda part: f"-{part}")
    ),
    max_leaves=4,
)


@given(
    st.lists(settings(), min_size=1, max_size=30),
    st.lists(FILTERS, min_size=1, max_size=8),
    st.integers(0, 5),
)
def test_quick_way_finds_what_each_row_by_itself_says(
    all_settings: list[dict[str, Any]], filters: list[str], start: int
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.jsonl")
        path.write_bytes(b"".join(recording(all_settings)))
        with Index(path) as index:
            index.scan()
            for text in filters:
                wanted = parse_filter(text)
                slowly = [r for r in range(start, len(index)) if wanted.matches(index.candidate(r))]
                assert index.rows(wanted, start) == slowly, text


# Pieces.


def write(path: Path, *payloads: bytes) -> Index:
    events = (Event(seq, seq / 10, Side.SERVER, "x", each) for seq, each in enumerate(payloads, 1))
    path.write_bytes(lines.encode(HEADER) + b"".join(map(lines.encode, events)))
    index = Index(path)
    index.scan()
    return index


def test_line_that_is_longer_than_a_piece_is_read_whole(tmp_path: Path) -> None:
    long = b'{"type":"x","text":"%b"}' % (b"word " * PIECE_BYTES)
    with write(tmp_path / "a.jsonl", b'{"type":"x"}', long, b'{"type":"x"}') as index:
        assert index.rows(parse_filter('"word word"')) == [1]


def test_only_rows_that_are_asked_for_are_given(tmp_path: Path) -> None:
    with write(tmp_path / "a.jsonl", *[b'{"type":"x","n":"paris"}'] * 10) as index:
        given = [row for row, _ in index.candidates([1, 2, 5, 9], Needle(b"paris"))]
        assert given == [1, 2, 5, 9]
        assert list(index.candidates([])) == []


def test_few_rows_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with write(tmp_path / "a.jsonl", *[b'{"type":"x"}'] * 10) as index:
        monkeypatch.setattr(sweep, "SPARSE_BYTES", 100)
        # Nothing was looked for in them: whoever asks has to.
        assert [row for row, _ in index.candidates([0, 4], Needle(b"paris"))] == [0, 4]


def test_recording_that_was_rewritten_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with write(path, *[b'{"type":"x","n":"paris"}'] * 10) as index:
        size = path.stat().st_size
        path.write_bytes(b"paris\n" * (size // 6 + 1))
        with pytest.raises(RecordingError, match="is not where it was"):
            index.rows(parse_filter("paris"))


def test_recording_that_was_cut_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with write(path, *[b'{"type":"x","n":"paris"}'] * 10) as index:
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size - 20)
        with pytest.raises(RecordingError, match="event 10 is not where it was"):
            index.rows(parse_filter("paris"))
