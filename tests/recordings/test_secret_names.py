"""Names that tell a secret, and names that do not."""

import pytest

from realtap.recordings.secret_names import (
    is_secret_header,
    is_secret_member,
    is_secret_parameter,
    split_subprotocol,
)


@pytest.mark.parametrize(
    "name", ["AUTHORIZATION", "x-auth-token", " Cookie ", "apikey", "x_api_key"]
)
def test_header_of_a_secret_is_known(name: str) -> None:
    assert is_secret_header(name)


@pytest.mark.parametrize(
    "name",
    [
        "Sec-WebSocket-Key",
        "access-control-allow-credentials",
        "x-tokens",
        "authorizations",
        "key",
        "",
    ],
)
def test_other_header_is_none(name: str) -> None:
    assert not is_secret_header(name)


@pytest.mark.parametrize(
    "name",
    [
        "api-key",
        "api_key",
        "key",
        "token",
        "access_token",
        "sig",
        "X-Amz-Credential",
        "agent-access-token",
        "jwt",
    ],
)
def test_parameter_of_a_secret_is_known(name: str) -> None:
    assert is_secret_parameter(name)


@pytest.mark.parametrize("name", ["model", "call_id", "monkey", "max_tokens", "api-version", ""])
def test_other_parameter_is_none(name: str) -> None:
    assert not is_secret_parameter(name)


def test_member_of_a_secret_is_known_but_not_a_transcripts_token() -> None:
    assert is_secret_member("Authorization")
    assert is_secret_member("client_secret")
    assert not is_secret_member("token")
    assert not is_secret_member("key")


@pytest.mark.parametrize(
    ("subprotocol", "parts"),
    [
        ("openai-insecure-api-key.sk-a.b", ("openai-insecure-api-key.", "sk-a.b")),
        ("xai-client-secret.abc", ("xai-client-secret.", "abc")),
        ("realtime", None),
        ("openai-project.proj_0123456789abcdefghijkl", None),
        ("eyJhbGciOiJIUzI1NiJ9.e30.abc", ("", "eyJhbGciOiJIUzI1NiJ9.e30.abc")),
        ("a-long-name-of-words-without-digits", None),
        ("", None),
    ],
)
def test_subprotocol_is_split_into_name_and_secret(
    subprotocol: str, parts: tuple[str, str] | None
) -> None:
    assert split_subprotocol(subprotocol) == parts
