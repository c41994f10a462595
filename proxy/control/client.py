"""The control channel's clients: `Control` for asyncio, `ControlClient` for everything else.

    async with Control.find() as control:
        await control.ask(InjectOutput(name="get_weather", output="sunny"))

    with ControlClient.find() as control:
        control.ask(BreakpointsSet(filters=["type:response.create"]))

What can be asked is in `methods`: one struct for each request, which knows the type of its answer.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection as SyncConnection
from websockets.sync.client import connect as connect_sync

from ...recordings.errors import WireError
from ..runtime import RunningProxy, running_proxies
from . import rpc
from .admission import CONTROL_PATH
from .methods import STATE, Change, ProxyState, Request, Subscribe

TOKEN_VARIABLE: Final = "REALTAP_TOKEN"  # noqa: S105 -- the name, not the token
"""The environment's variable that overrides the token of the proxy's note."""

_PATIENCE_S: Final = 10.0
"""So long a proxy has to let a client in, and a sync client waits for an answer."""


class _Place(msgspec.Struct, frozen=True):
    """Where a proxy's control channel is, and what it asks for."""

    url: str
    token: str

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def refused(self, error: Exception) -> WireError:
        """The error for people."""
        if isinstance(error, InvalidStatus):
            said = error.response.body.decode(errors="replace") if error.response.body else ""
            reason = said.strip() or f"it answered with status {error.response.status_code}"
            if error.response.status_code == HTTPStatus.UNAUTHORIZED:
                reason = f"the token is missing or wrong: put it into {TOKEN_VARIABLE} or --control-token"
            return WireError(f"the proxy at {self.url} refused: {reason.removeprefix('realtap: ')}")
        return WireError(
            f"the proxy at {self.url} cannot be reached: {error}; is it still running?"
        )


def find_proxy(url: str | None = None) -> RunningProxy:
    """The proxy that runs on this machine: the newest, or the one at an URL.

    Raises:
        WireError: There is none.
    """
    proxies = running_proxies()
    found = [each for each in proxies if url is None or _is_at(each, url)]
    if found:
        return found[0]
    if url is None:
        raise WireError("no proxy runs: start one with `realtap proxy`")
    others = ", ".join(each.url for each in proxies)
    hint = f"; these run: {others}" if others else ": start one with `realtap proxy`"
    raise WireError(f"no proxy runs at {url}{hint}")


def _is_at(proxy: RunningProxy, url: str) -> bool:
    return _host_of(proxy.url) == _host_of(url)


def _host_of(url: str) -> str:
    """Host and port of an URL, with or without its scheme and path."""
    return (url.partition("://")[2] if "://" in url else url).partition("/")[0]


def _find(url: str | None, token: str | None) -> _Place:
    token = token or os.environ.get(TOKEN_VARIABLE)
    if url is not None and token:
        # It need not be on this machine, nor one of this user's.
        return _Place(f"ws://{_host_of(url)}{CONTROL_PATH}", token)
    proxy = find_proxy(url)
    return _Place(proxy.control, token or proxy.token)


class _Answer(msgspec.Struct):
    """What comes back: an answer, or a notification."""

    id: int | None = None
    method: str | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: dict[str, Any] | None = None
    params: msgspec.Raw = msgspec.Raw()


_decode_answer = msgspec.json.Decoder(_Answer).decode


def _encode(number: int, request: Request[Any]) -> str:
    call = {"jsonrpc": "2.0", "id": number, "method": request.method, "params": request}
    return msgspec.json.encode(call).decode()


def _result[R](request: Request[R], answer: _Answer) -> R:
    if answer.error is not None:
        code, message = answer.error.get("code"), answer.error.get("message")
        raise rpc.exception_of(code if isinstance(code, int) else 0, str(message))
    result: R = msgspec.json.decode(answer.result, type=request.result)
    return result


class Control:
    """A connection to a running proxy, for asyncio.

    Args:
        url: The control channel's: `ws://127.0.0.1:8484/_realtap/control`.
        token: What it asks for.
    """

    def __init__(self, url: str, token: str) -> None:
        self._place = _Place(url, token)
        self._connection: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[_Answer]] = {}
        self._changes: asyncio.Queue[Change | None] = asyncio.Queue()

    @classmethod
    def find(cls, url: str | None = None, *, token: str | None = None) -> Self:
        """A proxy that runs on this machine.

        Args:
            url: The proxy's address, or the control channel's; without it, the newest proxy.
            token: Overrides the one that the proxy left for us; so does `REALTAP_TOKEN`.

        Raises:
            WireError: There is none.
        """
        place = _find(url, token)
        return cls(place.url, place.token)

    async def __aenter__(self) -> Self:
        try:
            self._connection = await connect(
                self._place.url,
                additional_headers=self._place.headers,
                compression=None,
                max_size=None,
                open_timeout=_PATIENCE_S,
                proxy=None,
            )
        except (OSError, InvalidHandshake, ValueError) as error:
            raise self._place.refused(error) from error
        loop = asyncio.get_running_loop()
        self._reader = loop.create_task(self._read(self._connection), name="control")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            await self._connection.close()
        if self._reader is not None:
            await self._reader

    async def ask[R](self, request: Request[R]) -> R:
        """Ask the proxy something, or to do something.

        Raises:
            InjectionError: It cannot be sent; the message says what could.
            UsageError: What was asked cannot be read.
            WireError: The proxy is gone, or cannot do it.
        """
        if self._connection is None:
            raise WireError("the control channel is not open: use `async with`")
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._connection.send(_encode(number, request))
            return _result(request, await answer)
        except ConnectionClosed as error:
            raise _gone(self._place, error) from error
        finally:
            self._waiting.pop(number, None)

    async def subscribe(self) -> ProxyState:
        """The state now; what changes from now on comes out of `changes`."""
        return await self.ask(Subscribe())

    async def changes(self) -> AsyncIterator[Change]:
        """What changes, until the proxy is gone."""
        while (change := await self._changes.get()) is not None:
            yield change

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for message in connection:
                self._receive(_decode_answer(message))
        except ConnectionClosed:
            pass
        finally:
            self._changes.put_nowait(None)
            closed = WireError(f"the proxy at {self._place.url} is gone")
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(closed)

    def _receive(self, answer: _Answer) -> None:
        if answer.method == STATE:
            self._changes.put_nowait(msgspec.json.decode(answer.params, type=Change))
            return
        waiting = None if answer.id is None else self._waiting.get(answer.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)


class ControlClient:
    """A connection to a running proxy, without asyncio: for commands and tests.

    Args:
        url: The control channel's: `ws://127.0.0.1:8484/_realtap/control`.
        token: What it asks for.
    """

    def __init__(self, url: str, token: str) -> None:
        self._place = _Place(url, token)
        self._connection: SyncConnection | None = None
        self._numbers = itertools.count(1)

    @classmethod
    def find(cls, url: str | None = None, *, token: str | None = None) -> Self:
        """A proxy that runs on this machine; see `Control.find`."""
        place = _find(url, token)
        return cls(place.url, place.token)

    def __enter__(self) -> Self:
        try:
            self._connection = connect_sync(
                self._place.url,
                additional_headers=self._place.headers,
                compression=None,
                max_size=None,
                open_timeout=_PATIENCE_S,
                proxy=None,
            )
        except (OSError, InvalidHandshake, ValueError) as error:
            raise self._place.refused(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def ask[R](self, request: Request[R]) -> R:
        """Ask the proxy something, or to do something; see `Control.ask`.

        Raises:
            InjectionError: It cannot be sent; the message says what could.
            UsageError: What was asked cannot be read.
            WireError: The proxy is gone, or cannot do it.
        """
        if self._connection is None:
            raise WireError("the control channel is not open: use `with`")
        number = next(self._numbers)
        try:
            self._connection.send(_encode(number, request))
            while True:
                answer = _decode_answer(self._connection.recv(timeout=_PATIENCE_S))
                if answer.id == number:
                    return _result(request, answer)
        except (ConnectionClosed, TimeoutError) as error:
            raise _gone(self._place, error) from error


def _gone(place: _Place, error: Exception) -> WireError:
    return WireError(f"the proxy at {place.url} is gone: {error}")
