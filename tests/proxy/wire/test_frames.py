"""The frame scanner on every split of the bytes, without a socket."""

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.frames import Opcode as FrameOpcode

from realtap.proxy.wire.frames import (
    Control,
    FrameScanner,
    Message,
    Opcode,
    Part,
    Piece,
    Raw,
    parse_close,
)

TEXT, BINARY, CONT = FrameOpcode.TEXT, FrameOpcode.BINARY, FrameOpcode.CONT
PING, CLOSE = FrameOpcode.PING, FrameOpcode.CLOSE


def wire(
    opcode: FrameOpcode, payload: bytes = b"", *, fin: bool = True, mask: bool = False
) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=mask)


def scan(data: bytes, *, cuts: list[int] | None = None, **options: int) -> list[Piece]:
    """What a scanner of the server's direction makes of the bytes, cut at the given places."""
    scanner = FrameScanner(is_masked=False, **options)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts or [])})
    chunks = [data[start:end] for start, end in itertools.pairwise(places)]
    return [piece for chunk in chunks for piece in scanner.receive_data(chunk)]


def messages(pieces: list[Piece]) -> list[tuple[bool, bytes | None]]:
    return [(each.is_text, each.payload) for each in pieces if isinstance(each, Message)]


def joined_wire(pieces: list[Piece]) -> bytes:
    return b"".join(piece.wire for piece in pieces)


def test_a_text_frame_is_a_message_with_its_original_bytes() -> None:
    frame = wire(TEXT, b'{"type":"x"}')
    assert scan(frame) == [Message(is_text=True, payload=b'{"type":"x"}', wire=frame, size=12)]


def test_a_masked_frame_is_unmasked_for_the_payload_and_kept_masked_for_the_wire() -> None:
    frame = wire(BINARY, b"hello", mask=True)
    assert FrameScanner(is_masked=True).receive_data(frame) == [
        Message(is_text=False, payload=b"hello", wire=frame, size=5)
    ]


def test_a_masked_payload_is_unmasked_right_when_it_comes_byte_by_byte() -> None:
    scanner = FrameScanner(is_masked=True)
    data = wire(TEXT, b"hello ", fin=False, mask=True) + wire(CONT, b"world", mask=True)
    pieces = [piece for byte in data for piece in scanner.receive_data(bytes([byte]))]
    assert messages(pieces) == [(True, b"hello world")]


def test_fragments_make_one_message_in_the_same_frames() -> None:
    data = wire(TEXT, b"a", fin=False) + wire(CONT, b"b", fin=False) + wire(CONT, b"c")
    assert scan(data) == [Message(is_text=True, payload=b"abc", wire=data, size=3)]


def test_nothing_of_a_message_goes_out_before_it_is_whole() -> None:
    scanner = FrameScanner(is_masked=False)
    data = wire(TEXT, b"x" * 70_000)
    assert scanner.receive_data(data[:-1]) == []
    assert joined_wire(scanner.receive_data(data[-1:])) == data


def test_a_ping_overtakes_the_fragmented_message_that_it_interrupts() -> None:
    ping = wire(PING, b"1234")
    first, last = wire(TEXT, b"a", fin=False), wire(CONT, b"b")
    pieces = scan(first + ping + last)
    assert pieces == [
        Control(opcode=Opcode.PING, payload=b"1234", wire=ping),
        Message(is_text=True, payload=b"ab", wire=first + last, size=2),
    ]


def test_an_empty_message_is_a_message() -> None:
    assert messages(scan(wire(TEXT))) == [(True, b"")]


def test_empty_fragments_are_part_of_the_message() -> None:
    data = wire(TEXT, fin=False) + wire(CONT, fin=False) + wire(CONT)
    assert scan(data) == [Message(is_text=True, payload=b"", wire=data, size=0)]


@pytest.mark.parametrize("length", [125, 126, 65_535, 65_536])
def test_every_length_encoding_is_read(length: int) -> None:
    assert messages(scan(wire(BINARY, b"z" * length))) == [(False, b"z" * length)]


frames = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.text(max_size=40).map(str.encode)),
        st.tuples(st.just("binary"), st.binary(max_size=300)),
        st.tuples(st.just("ping"), st.binary(max_size=20)),
        st.tuples(st.just("fragmented"), st.binary(max_size=60)),
    ),
    max_size=8,
)


@given(frames, st.lists(st.integers(min_value=0), max_size=30))
def test_any_split_of_the_bytes_gives_the_same_messages_and_the_same_wire(
    script: list[tuple[str, bytes]], cuts: list[int]
) -> None:
    data, expected = b"", []
    for kind, payload in script:
        match kind:
            case "text":
                data += wire(TEXT, payload)
                expected.append((True, payload))
            case "binary":
                data += wire(BINARY, payload)
                expected.append((False, payload))
            case "ping":
                data += wire(PING, payload)
            case _:
                half = len(payload) // 2
                data += wire(BINARY, payload[:half], fin=False) + wire(CONT, payload[half:])
                expected.append((False, payload))
    pieces = scan(data, cuts=cuts)
    assert messages(pieces) == expected
    assert joined_wire(pieces) == data


@given(st.binary(max_size=200), st.lists(st.integers(min_value=0), max_size=10))
def test_any_bytes_come_out_as_they_went_in_however_they_are_cut(
    data: bytes, cuts: list[int]
) -> None:
    scanner = FrameScanner(is_masked=False)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces: list[Piece] = []
    for start, end in itertools.pairwise(places):
        pieces += scanner.receive_data(data[start:end])
    pieces += scanner.receive_eof()
    # A control frame may overtake the message that it interrupts: compare as bags of bytes.
    assert sorted(joined_wire(pieces)) == sorted(data)


# A message that does not wait to be whole.


def test_a_message_longer_than_the_limit_streams_through_and_leaves_size_and_digest() -> None:
    payload = b"0123456789" * 20
    data = wire(BINARY, payload)
    pieces = scan(data, cuts=[50, 100, 150], hold_limit_bytes=100)
    assert isinstance(pieces[0], Part)
    assert joined_wire(pieces) == data
    end = pieces[-1]
    assert isinstance(end, Message)
    assert (end.payload, end.size, end.sha256) == (
        None,
        200,
        hashlib.sha256(payload).hexdigest(),
    )


def test_a_long_message_is_passed_on_from_its_first_bytes() -> None:
    data = wire(BINARY, b"z" * 200)
    scanner = FrameScanner(is_masked=False, hold_limit_bytes=100)
    assert joined_wire(scanner.receive_data(data[:20])) == data[:20]


def test_fragments_beyond_the_limit_stream_too() -> None:
    data = wire(BINARY, b"a" * 60, fin=False) + wire(CONT, b"b" * 60, fin=False) + wire(CONT, b"c")
    pieces = scan(data, hold_limit_bytes=100)
    assert joined_wire(pieces) == data
    end = pieces[-1]
    assert isinstance(end, Message)
    assert end.sha256 == hashlib.sha256(b"a" * 60 + b"b" * 60 + b"c").hexdigest()


def test_the_message_after_a_long_one_is_held_again() -> None:
    pieces = scan(wire(BINARY, b"z" * 200) + wire(TEXT, b"next"), hold_limit_bytes=100)
    assert messages(pieces) == [(False, None), (True, b"next")]


def test_text_that_cannot_become_utf8_does_not_wait_for_its_end() -> None:
    data = wire(TEXT, b"\xce\xba\xff\xff" + b"z" * 100)
    scanner = FrameScanner(is_masked=False)
    assert scanner.receive_data(data[:4]) == []
    assert joined_wire(scanner.receive_data(data[4:6])) == data[:6]
    [end] = scanner.receive_data(data[6:])
    assert isinstance(end, Message)
    assert end.payload == b"\xce\xba\xff\xff" + b"z" * 100


def test_a_character_cut_between_two_pieces_is_not_malformed() -> None:
    data = wire(TEXT, "né".encode() + b"z" * 10)
    for cut in range(1, len(data)):
        assert len(scan(data, cuts=[cut])) == 1


# Bytes that make no sense.


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xc1\x01x", "reserved bits"),
        (b"\x83\x01x", "opcode 0x3"),
        (b"\x81\x81mask\x00", "a server's frame is masked"),
        (wire(CONT, b"x"), "continuation"),
        (wire(TEXT, b"a", fin=False) + wire(TEXT, b"b"), "inside a fragmented"),
        (b"\x09\x00", "control frame"),
        (b"\x89\x7e\x00\x7e" + b"x" * 126, "control frame"),
        (b"\x82\x7f\xff" + b"\x00" * 7, "highest bit"),
        (wire(CLOSE, b"\x03\xe8") + wire(TEXT, b"late"), "after a close frame"),
    ],
)
def test_bytes_that_are_no_frames_are_passed_on_with_the_reason(data: bytes, reason: str) -> None:
    good = wire(TEXT, b"fine")
    scanner = FrameScanner(is_masked=False)
    pieces = scanner.receive_data(good + data)
    assert joined_wire(pieces) == good + data
    raw = pieces[-1]
    assert isinstance(raw, Raw)
    assert reason in (raw.reason or "")
    assert scanner.receive_data(b"more") == [Raw(wire=b"more", reason=None)]


def test_an_unmasked_frame_of_a_client_makes_no_sense() -> None:
    [piece] = FrameScanner(is_masked=True).receive_data(wire(TEXT, b"x"))
    assert isinstance(piece, Raw)


def test_what_is_held_when_the_connection_ends_is_passed_on() -> None:
    scanner = FrameScanner(is_masked=False)
    data = wire(TEXT, b"unfinished")[:-3]
    assert scanner.receive_data(data) == []
    assert joined_wire(scanner.receive_eof()) == data


def test_a_close_frame_lets_go_of_the_message_that_will_never_be_whole() -> None:
    first, close = wire(TEXT, b"a", fin=False), wire(CLOSE, b"\x03\xe9bye")
    pieces = scan(first + close)
    assert pieces == [
        Part(wire=first),
        Control(opcode=Opcode.CLOSE, payload=b"\x03\xe9bye", wire=close),
    ]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", (1005, "")),
        (b"\x03", (1005, "")),
        (b"\x03\xe8", (1000, "")),
        (b"\x0b\xb8invalid_request_error", (3000, "invalid_request_error")),
        (b"\x03\xe8\xff", (1000, "�")),
    ],
)
def test_code_and_reason_of_a_close_frame(payload: bytes, expected: tuple[int, str]) -> None:
    assert parse_close(payload) == expected
