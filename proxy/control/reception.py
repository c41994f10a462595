"""Takes the requests to realtap itself: checks who asks, and answers or opens a visit."""

from collections.abc import Callable
from http import HTTPStatus

import msgspec

from ..leg import Leg
from ..wire.handshake import HandshakeError, Head, refusal
from .admission import STATUS_PATH, Admission
from .service import Service
from .visit import Visit


class Reception:
    """The control channel's end in the proxy.

    Args:
        admission: Decides who may come in.
        service: Carries requests out.
        report: Takes one line for people about a refusal; it never holds the token.
    """

    def __init__(
        self, admission: Admission, service: Service, report: Callable[[str], None]
    ) -> None:
        self._admission = admission
        self._service = service
        self._report = report

    async def receive(self, client: Leg, request: Head) -> None:
        """Serve one connection until it is over."""
        try:
            path = self._admission.admit(request, client.local_address)
        except HandshakeError as error:
            self._refuse(client, error)
            return
        if path == STATUS_PATH:
            client.write(_answer(msgspec.json.encode(self._service.status())))
            client.close()
            return
        await Visit(client, self._service, self._report).serve(request)

    def _refuse(self, client: Leg, error: HandshakeError) -> None:
        self._report(f"refused a control connection ({error.status.value}): {error}")
        challenge = {"WWW-Authenticate": "Bearer"}
        is_unauthorized = error.status is HTTPStatus.UNAUTHORIZED
        client.write(refusal(error.status, str(error), challenge if is_unauthorized else {}))
        client.close()


def _answer(body: bytes) -> bytes:
    """JSON that no browser keeps, or takes for something else."""
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
