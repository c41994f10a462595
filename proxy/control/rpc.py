"""JSON-RPC 2.0, as bytes and values: what a request is, what an answer looks like, which errors there are.

See https://www.jsonrpc.org/specification. Nothing here knows sockets or what the methods do.
"""

from enum import IntEnum
from typing import Any

import msgspec

from ...recordings.errors import InjectionError, RealtapError, UsageError, WireError


class ErrorCode(IntEnum):
    """The codes of the specification, and ours from -32000 down."""

    PARSE = -32700
    """It is not JSON."""
    INVALID_REQUEST = -32600
    """It is JSON, and no request."""
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    """A fault of realtap."""
    WIRE = -32000
    """It cannot be done now: the session or the proxy is not there."""
    INJECTION = -32001
    """What should be sent cannot be sent; the message says what could."""
    USAGE = -32002
    """A rule, a filter or a fault cannot be read; the message says why."""


class RpcError(Exception):
    """Raised when a request gets an error for an answer."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Call(msgspec.Struct, frozen=True):
    """One request."""

    method: str
    params: bytes = b"{}"
    """An object, as JSON."""
    id: Any = None
    wants_answer: bool = True
    """False for a notification: one without `id`."""


class _Call(msgspec.Struct):
    """What a request must have; other members are ignored."""

    jsonrpc: str
    method: str
    params: msgspec.Raw = msgspec.Raw(b"{}")
    id: int | float | str | msgspec.UnsetType | None = msgspec.UNSET


_decode_call = msgspec.json.Decoder(_Call).decode


def parse(text: str) -> Call:
    """The request in a text message.

    Raises:
        RpcError: It is none.
    """
    data = text.encode("utf-8", "surrogatepass")
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RpcError(ErrorCode.PARSE, f"the request is not JSON: {error}") from error
    if isinstance(value, list):
        message = "batches are not taken: send one request in each message"
        raise RpcError(ErrorCode.INVALID_REQUEST, message)
    try:
        call = _decode_call(data)
    except msgspec.DecodeError as error:
        message = f"the message is no JSON-RPC request: {error}"
        raise RpcError(ErrorCode.INVALID_REQUEST, message) from error
    if call.jsonrpc != "2.0":
        message = f'expected "jsonrpc":"2.0", got {call.jsonrpc[:20]!r}'
        raise RpcError(ErrorCode.INVALID_REQUEST, message)
    has_id = call.id is not msgspec.UNSET
    return Call(call.method, bytes(call.params), call.id if has_id else None, has_id)


def params_of[P](call: Call, kind: type[P]) -> P:
    """The request's parameters.

    Raises:
        RpcError: They are not what the method takes.
    """
    try:
        return msgspec.json.decode(call.params, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        message = f"{call.method}: {_lower_first(str(error))}"
        raise RpcError(ErrorCode.INVALID_PARAMS, message) from error


def result(call_id: object, value: object) -> bytes:
    """The answer to a request that was carried out."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": call_id, "result": value})


def failure(call_id: object, error: Exception) -> bytes:
    """The answer to a request that failed."""
    content = {"code": int(code_of(error)), "message": message_of(error)}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": call_id, "error": content})


def notification(method: str, params: object) -> bytes:
    """A message that nobody asked for."""
    return msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": params})


def code_of(error: Exception) -> ErrorCode:
    """How an exception is told to a client."""
    match error:
        case RpcError():
            return error.code
        case InjectionError():
            return ErrorCode.INJECTION
        case UsageError():
            return ErrorCode.USAGE
        case RealtapError():
            return ErrorCode.WIRE
    return ErrorCode.INTERNAL


def exception_of(code: int, message: str) -> RealtapError:
    """What a client raises for an error that it was told."""
    if code == ErrorCode.INJECTION:
        return InjectionError(message)
    if code in {ErrorCode.USAGE, ErrorCode.INVALID_PARAMS}:
        return UsageError(message)
    return WireError(message)


def message_of(error: Exception) -> str:
    """What an exception says to people."""
    if isinstance(error, (RpcError, RealtapError)):
        return str(error)
    return f"a fault of realtap: {type(error).__name__}: {error}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
