"""The text of appended audio: base64 of bare samples, in pieces that are taken."""

from base64 import b64encode, urlsafe_b64encode

import pytest
from judged import RecordedDialogue, judged, judged_entries, slugs_of
from scenes import NO_VAD, appended, pcm_base64, session, session_update
from transcript import Said, Step, client, only, server, transcript, wait

from realtap.recordings.event import Event, Form, Side
from realtap.recordings.findings import audio_payload
from realtap.recordings.findings.finding import Finding, Severity

NOISE = bytes(range(1, 241)) * 20


def found(*steps: Step) -> list[Finding]:
    return judged(audio_payload, session(audio=NO_VAD), *steps)


def append(data: bytes) -> Said:
    return client("input_audio_buffer.append", audio=b64encode(data).decode())


# Headers of files.


@pytest.mark.parametrize(
    ("magic", "name"),
    [
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "WAV"),
        (b"OggS\x00\x02", "Ogg"),
        (b"ID3\x03\x00", "MP3"),
        (b"ID3\x04\x00", "MP3"),
        (b"fLaC\x00\x00", "FLAC"),
        (b"\x1a\x45\xdf\xa3\x9f\x42", "WebM"),
    ],
)
def test_file_instead_of_samples_is_named(magic: bytes, name: str) -> None:
    finding = only(found(append(magic + NOISE)), "audio-has-file-header")
    assert finding.severity is Severity.ERROR
    assert name in finding.what
    assert "24,000 Hz" in finding.todo


def test_file_header_is_told_once() -> None:
    assert slugs_of(found([append(b"RIFF" + NOISE)] * 5)) == ["audio-has-file-header"]


def test_header_in_the_middle_of_samples_is_sound() -> None:
    assert found(append(NOISE + b"RIFF"), append(b"RIF" + NOISE + b"x")) == []


def test_file_after_many_good_turns_is_found() -> None:
    turns: list[Step] = [
        [appended(1, piece_s=0.05), client("input_audio_buffer.commit")],
        [append(b"RIFF" + NOISE)],
    ]
    assert "audio-has-file-header" in slugs_of(found(*turns))


# Base64.


def test_data_uri_is_not_base64() -> None:
    audio = "data:audio/wav;base64," + pcm_base64(0.1)
    finding = only(found(client("input_audio_buffer.append", audio=audio)), "audio-not-base64")
    assert "data URI" in finding.what


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (urlsafe_b64encode(b"\xff\xfe\xfb\xef" * 30).decode(), "URL-safe"),
        (b64encode(NOISE).decode()[:76] + "\n" + b64encode(NOISE).decode()[76:], "line breaks"),
        ("äöü" * 8, "begins with"),
        ("b'" + "AAAA" * 8 + "'", "begins with"),
        ("", "empty string"),
        (None, "missing or null"),
        ([1, 2], "array"),
        (7, "number"),
        (True, "boolean"),
        ({}, "object"),
    ],
)
def test_what_is_not_base64_is_described(audio: object, words: str) -> None:
    finding = only(found(client("input_audio_buffer.append", audio=audio)), "audio-not-base64")
    assert words in finding.what


def test_missing_field_is_told() -> None:
    assert slugs_of(found(client("input_audio_buffer.append"))) == ["audio-not-base64"]


def test_base64_without_padding_is_taken_for_what_it_is() -> None:
    text = b64encode(NOISE[:100]).decode()
    assert text.endswith("=")
    assert found(client("input_audio_buffer.append", audio=text.rstrip("="))) == []


def test_escaped_slashes_are_legal_json() -> None:
    payload = b'{"type":"input_audio_buffer.append","audio":"\\/\\/\\/\\/\\/\\/\\/\\/"}'
    assert found(Said(Side.CLIENT, payload)) == []


def test_late_append_is_looked_at_from_both_ends() -> None:
    good = appended(2, piece_s=0.1)
    text = pcm_base64(0.1)
    assert found(good) == []
    bad = client("input_audio_buffer.append", audio="data:," + text)
    assert slugs_of(found(good, [bad] * 16)) == ["audio-not-base64"]


def test_redacted_append_is_not_judged() -> None:
    entries = transcript(session(), client("input_audio_buffer.append", audio="[redacted]"))
    event = entries[-1]
    assert isinstance(event, Event)
    entries[-1] = Event(
        event.seq, event.at, Side.CLIENT, event.type, event.payload, form=Form.JSON, redacted=True
    )
    assert judged_entries(audio_payload, entries) == []


def test_real_servers_refusal_has_its_explanation() -> None:
    dialogue = RecordedDialogue()
    dialogue.say("input_audio_buffer.append", audio="not base64 at all!")
    assert slugs_of(judged_entries(audio_payload, dialogue.entries)) == ["audio-not-base64"]


def test_audio_in_which_speech_is_heard_was_replaced_in_the_recording_only() -> None:
    heard = server("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0)
    scrubbed = client("input_audio_buffer.append", audio="(4800 bytes of audio)")
    assert found([scrubbed] * 9, heard, [scrubbed] * 9, wait(9)) == []


def test_broken_audio_is_told_once_however_often_it_comes() -> None:
    broken = client("input_audio_buffer.append", audio="?")
    assert slugs_of(found([broken] * 99)) == ["audio-not-base64"]


# Lengths.


def test_odd_number_of_bytes_is_half_a_sample() -> None:
    finding = only(found(append(NOISE[:4_799])), "audio-odd-bytes")
    assert finding.severity is Severity.ERROR
    assert "4799 bytes" in finding.what


def test_odd_number_of_bytes_of_cut_audio_says_nothing() -> None:
    cut = client("input_audio_buffer.append", audio="A" * 44)
    assert found([cut] * 99, wait(9)) == []


@pytest.mark.parametrize("audio", ["?" * 644, "A" * 645])
def test_what_is_not_base64_has_no_length(audio: str) -> None:
    broken = client("input_audio_buffer.append", audio=audio)
    assert slugs_of(found(broken)) == ["audio-not-base64"]


def test_pieces_of_odd_length_are_fine_where_the_server_puts_them_together() -> None:
    heard = server("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0)
    assert found([append(NOISE[:4_799])] * 9, heard, wait(9)) == []


def test_odd_number_of_bytes_is_fine_in_g711() -> None:
    telephone = session_update(audio={"input": {"format": {"type": "audio/pcmu"}}})
    assert found(telephone, append(NOISE[:161])) == []


def test_append_of_sixteen_mebibytes_is_too_large() -> None:
    finding = only(found(append(bytes(16 * 1024 * 1024))), "append-too-large")
    assert "15 MiB" in finding.what


def test_append_of_fifteen_mebibytes_is_taken() -> None:
    assert found(append(bytes(15 * 1024 * 1024))) == []
