"""Who may open a session: keys in all their places, models, paths, the beta header."""

import pytest

from realtap.proxy.simulator.admission import Request, refusal
from realtap.proxy.simulator.defaults import MODELS
from realtap.proxy.simulator.dialect import Dialect
from realtap.proxy.simulator.faults import Fault

KEY = (("Authorization", "Bearer sk-test"),)
TARGET = "/v1/realtime?model=gpt-realtime"


def _refusal(
    target: str = TARGET,
    headers: tuple[tuple[str, str], ...] = KEY,
    subprotocols: tuple[str, ...] = (),
    dialect: Dialect = Dialect.GA,
) -> Fault | None:
    request = Request.of(target, headers, subprotocols)
    return refusal(request, dialect=dialect, models=MODELS, bad_keys=("sk-invalid",))


@pytest.mark.parametrize(
    ("target", "headers", "subprotocols"),
    [
        (TARGET, KEY, ()),
        (TARGET, (("api-key", "k"),), ()),
        (f"{TARGET}&api-key=k", (), ()),
        (f"{TARGET}&api_key=k", (), ()),
        (TARGET, (), ("realtime", "openai-insecure-api-key.ek_1")),
    ],
)
def test_key_is_found_in_each_of_its_places(
    target: str, headers: tuple[tuple[str, str], ...], subprotocols: tuple[str, ...]
) -> None:
    assert _refusal(target, headers, subprotocols) is None


def test_no_key_closes_3000_without_a_code() -> None:
    fault = _refusal(headers=())
    assert fault is not None
    assert (fault.code, fault.close_code) == (None, 3000)
    assert fault.close_reason == "invalid_request_error"


@pytest.mark.parametrize("key", ["sk-invalid", "sk-invalid-123"])
def test_bad_key_closes_3000(key: str) -> None:
    fault = _refusal(headers=(("Authorization", f"Bearer {key}"),))
    assert fault is not None
    assert (fault.close_reason, fault.close_code) == (
        "invalid_request_error.invalid_api_key",
        3000,
    )
    assert "123" not in fault.message


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/v1/realtime", "missing_model"),
        ("/v1/realtime?model=", "missing_model"),
        ("/v1/realtime?model=gpt-4o", "invalid_model"),
    ],
)
def test_bad_model_closes_4000(target: str, code: str) -> None:
    fault = _refusal(target)
    assert fault is not None
    assert (fault.code, fault.close_code) == (code, 4000)
    assert fault.close_reason == f"invalid_request_error.{code}"


@pytest.mark.parametrize(
    "target",
    [
        "/openai/v1/realtime?model=my-deployment",
        "/openai/realtime?api-version=2025-04-01-preview&deployment=mine",
        "/voice-live/realtime?api-version=2026-07-15&model=anything",
        "/v1/realtime?intent=transcription",
    ],
)
def test_deployments_have_any_name_and_transcription_none(target: str) -> None:
    assert _refusal(target) is None


@pytest.mark.parametrize(
    ("headers", "subprotocols"),
    [
        ((*KEY, ("OpenAI-Beta", "realtime=v1")), ()),
        (KEY, ("realtime", "openai-beta.realtime-v1")),
    ],
)
def test_beta_client_is_refused_by_a_ga_server_only(
    headers: tuple[tuple[str, str], ...], subprotocols: tuple[str, ...]
) -> None:
    fault = _refusal(headers=headers, subprotocols=subprotocols)
    assert fault is not None
    assert (fault.code, fault.close_code) == ("beta_api_shape_disabled", 4000)
    assert _refusal(headers=headers, subprotocols=subprotocols, dialect=Dialect.BETA) is None


@pytest.mark.parametrize(
    ("path", "is_realtime"),
    [
        ("/realtime", True),
        ("/v1/realtime?model=x", True),
        ("/openai/v1/realtime", True),
        ("/v1/realtime/translations", False),
        ("/v1/chat/completions", False),
        ("/", False),
    ],
)
def test_only_paths_that_end_in_realtime_are_served(path: str, is_realtime: bool) -> None:  # noqa: FBT001 - a column of the table
    assert Request.of(path, (), ()).is_realtime is is_realtime
