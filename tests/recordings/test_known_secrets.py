"""What a session's secrets are, and where they stand."""

import base64

import pytest

from realtap.recordings.known_secrets import KnownSecrets, masked, spellings


def found(known: KnownSecrets, text: str) -> list[str]:
    return [text[start:end] for start, end in known.find(text)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("abc", "[redacted]"),
        ("Bearer abc", "Bearer [redacted]"),
        ("basic  abc", "basic  [redacted]"),
        ("Bearer", "[redacted]"),
        ("Bearer ", "[redacted]"),
        ("somebody abc", "[redacted]"),
    ],
)
def test_scheme_stays_when_a_value_is_masked(value: str, shown: str) -> None:
    assert masked(value) == shown


def test_value_is_spelled_raw_and_decoded_and_encoded() -> None:
    assert set(spellings(" a%2Fb+c ")) == {"a%2Fb+c", "a/b+c", "a/b c", "a%252Fb%2Bc"}


def test_basic_credentials_are_spelled_decoded() -> None:
    encoded = base64.b64encode(b"user:password").decode()
    assert {encoded, "user:password", "password"} <= set(spellings(f"Basic {encoded}"))


def test_each_occurrence_of_a_value_is_found() -> None:
    known = KnownSecrets()
    known.learn(["abcdefgh"])
    assert found(known, "abcdefghabcdefgh-abcdefg") == ["abcdefgh"] * 2
    assert known.has_value("xabcdefghx")
    assert not known.has_value("abcdefg")


@pytest.mark.parametrize(
    "value",
    ["short", "        ", "redacted", "[redacted]", "realtime", "response", "x" * 8193, ""],
)
def test_value_that_would_spoil_ordinary_text_is_not_learned(value: str) -> None:
    known = KnownSecrets()
    known.learn([value])
    assert not known.has_value(f"a {value} b")


@pytest.mark.parametrize(
    ("value", "escape", "matters"),
    [
        ("abcdefgh", b"\\u0041", True),
        ("abcdefgh", b"\\u00e9", False),
        ("abcdefgh", b"\\u3042", False),
        ("abcdefgh", b"\\n", False),
        ("abcdefgh", b"\\/", False),
        ("abcd/efgh", b"\\/", True),
        ("abcdéfgh", b"\\u00e9", True),
        ('abcd"efgh', b'\\"', True),
        ("abcd\\efgh", b"\\\\", True),
    ],
)
def test_escape_matters_when_it_could_spell_a_known_value(
    value: str, escape: bytes, *, matters: bool
) -> None:
    known = KnownSecrets()
    known.learn([value])
    assert (known.escapes.search(escape) is not None) is matters


def test_learning_the_same_again_changes_nothing() -> None:
    known = KnownSecrets()
    known.learn(["abcdefgh"])
    needles = known.plain_needles
    known.learn(["abcdefgh"], from_payload=True)
    assert known.plain_needles is needles


def test_longest_value_is_found_first() -> None:
    known = KnownSecrets()
    known.learn(["abcdefgh", "abcdefghijkl"])
    assert found(known, "abcdefghijkl")[0] == "abcdefghijkl"


@pytest.mark.parametrize("before", ["", " ", '"', "=", "%20", "é", "-", "_"])
def test_key_that_begins_a_word_is_found(before: str) -> None:
    assert found(KnownSecrets(), f"{before}sk-0123456789abcdef") == ["sk-0123456789abcdef"]


@pytest.mark.parametrize("before", ["a", "Z", "9", "x20"])
def test_key_in_the_middle_of_a_word_is_none(before: str) -> None:
    assert found(KnownSecrets(), f"{before}sk-0123456789abcdef") == []
