"""The key for a server, from the variable that its clients use."""

import pytest

from realtap.recordings.errors import UsageError
from realtap.tui.cli.api_keys import key_headers, key_variable


@pytest.mark.parametrize(
    ("server", "variable"),
    [
        ("openai", "OPENAI_API_KEY"),
        ("azure:voice", "AZURE_OPENAI_API_KEY"),
        ("wss://voice.openai.azure.com", "AZURE_OPENAI_API_KEY"),
        ("xai", "XAI_API_KEY"),
        ("wss://gateway.example", "OPENAI_API_KEY"),
    ],
)
def test_each_server_has_its_variable(server: str, variable: str) -> None:
    assert key_variable(server) == variable


def test_azure_wants_its_key_in_a_header_of_its_own() -> None:
    environ = {"AZURE_OPENAI_API_KEY": "a", "OPENAI_API_KEY": "o"}
    assert key_headers("azure:voice", environ) == {"api-key": "a"}
    assert key_headers("openai", environ) == {"Authorization": "Bearer o"}


def test_server_on_this_machine_takes_any_key() -> None:
    assert key_headers("ws://127.0.0.1:8485", {})["Authorization"].startswith("Bearer sk-")


def test_missing_key_is_told_with_its_variable() -> None:
    with pytest.raises(UsageError, match="put it into XAI_API_KEY"):
        key_headers("xai", {})
