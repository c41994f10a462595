import os

import pytest

from realtap.proxy.testing.environment import DUMMY_KEY, pointed_at


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "own")
    monkeypatch.setenv("NO_PROXY", "example.com,localhost")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def test_an_app_is_pointed_at_the_replay_and_needs_no_key() -> None:
    with pointed_at("http://127.0.0.1:1/v1", needs_key=False):
        assert os.environ["OPENAI_BASE_URL"] == "http://127.0.0.1:1/v1"
        assert os.environ["OPENAI_API_KEY"] == DUMMY_KEY
        assert os.environ["NO_PROXY"] == "example.com,localhost,127.0.0.1"


def test_recording_takes_the_person_s_own_key() -> None:
    with pointed_at("http://127.0.0.1:1/v1", needs_key=True):
        assert os.environ["OPENAI_API_KEY"] == "own"


def test_afterwards_all_is_as_it_was() -> None:
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), pointed_at("http://127.0.0.1:1/v1", needs_key=False):
        raise ZeroDivisionError
    assert dict(os.environ) == before
