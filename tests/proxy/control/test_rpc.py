"""JSON-RPC as bytes and values; what is refused is in `test_security`."""

import msgspec
import pytest

from realtap.proxy.control import rpc
from realtap.proxy.control.methods import FaultsSet
from realtap.proxy.control.rpc import ErrorCode, RpcError
from realtap.recordings.errors import InjectionError, RealtapError, UsageError, WireError


@pytest.mark.parametrize("call_id", [1, 1.5, "one", None])
def test_an_answer_has_the_id_of_its_request(call_id: object) -> None:
    text = msgspec.json.encode({"jsonrpc": "2.0", "method": "m", "id": call_id}).decode()
    call = rpc.parse(text)
    assert (call.id, call.wants_answer, call.params) == (call_id, True, b"{}")
    assert msgspec.json.decode(rpc.result(call.id, 7)) == {
        "jsonrpc": "2.0",
        "id": call_id,
        "result": 7,
    }


def test_a_request_without_an_id_wants_no_answer() -> None:
    assert not rpc.parse('{"jsonrpc":"2.0","method":"m"}').wants_answer


def test_wrong_params_are_told_with_their_place() -> None:
    call = rpc.parse('{"jsonrpc":"2.0","method":"faults.set","params":{"faults":[1]},"id":1}')
    with pytest.raises(RpcError, match=r"faults.set: expected `str`, got `int`.*faults\[") as error:
        rpc.params_of(call, FaultsSet)
    assert error.value.code is ErrorCode.INVALID_PARAMS


@pytest.mark.parametrize(
    ("error", "code", "raised"),
    [
        (InjectionError("x"), ErrorCode.INJECTION, InjectionError),
        (UsageError("x"), ErrorCode.USAGE, UsageError),
        (WireError("x"), ErrorCode.WIRE, WireError),
        (RealtapError("x"), ErrorCode.WIRE, WireError),
        (RpcError(ErrorCode.INVALID_PARAMS, "x"), ErrorCode.INVALID_PARAMS, UsageError),
    ],
)
def test_an_error_comes_out_as_it_went_in(
    error: Exception, code: ErrorCode, raised: type[RealtapError]
) -> None:
    told = msgspec.json.decode(rpc.failure(1, error))["error"]
    assert told == {"code": code, "message": "x"}
    assert type(rpc.exception_of(told["code"], told["message"])) is raised


def test_a_bug_is_told_as_one() -> None:
    told = msgspec.json.decode(rpc.failure(1, KeyError("x")))["error"]
    assert told == {"code": ErrorCode.INTERNAL, "message": "a fault of realtap: KeyError: 'x'"}
