"""The calls of a server, and the HTTP endpoints that make, accept and end them.

`POST …/realtime/calls` (an SDP offer, or a form of `sdp` and `session`) makes a WebRTC call. A SIP call
rings (`Calls.ring`) until it is accepted. No media flows in either.
"""

import email.policy
from collections.abc import Callable, Collection
from email.parser import BytesParser
from http import HTTPStatus

from . import faults, sdp
from .admission import Request
from .call import Call
from .client_secrets import DEFAULT_MODEL, PREFIX, ClientSecrets
from .faults import Fault
from .ids import Ids
from .parsing import parse
from .requested import MakeSession, requested_session
from .rest import RestAnswer, RestRequest, refused
from .schema import Integer, Object, String, required
from .session import Session

_ENDPOINT = "/realtime/calls"
_REJECT_SHAPE = Object({"status_code": Integer(300, 699)})
_REFER_SHAPE = Object({"target_uri": required(String())})


class Calls:
    """Knows the calls, and answers what is asked about them. Without sockets.

    Args:
        make_session: Makes the session of a call that begins.
        on_call: Told each new call.
        secrets: Knows what a call of an ephemeral key is to be like.
        models: The models that the server has.
        seed: Calls of another seed have other ids.
    """

    def __init__(
        self,
        make_session: MakeSession,
        on_call: Callable[[Call], None],
        secrets: ClientSecrets,
        *,
        models: Collection[str],
        seed: str,
    ) -> None:
        self._make_session = make_session
        self._on_call = on_call
        self._secrets = secrets
        self._models = models
        self._ids = Ids(f"{seed}/calls")
        self._calls: dict[str, Call] = {}

    def find(self, call_id: str) -> Call | None:
        """The call of this id, if it goes on and was accepted."""
        call = self._known(call_id)
        return None if call is None or call.is_ringing else call

    def ring(self) -> Call:
        """A SIP call comes in; the webhook that would tell it is for the caller of this to send."""
        return self._begin(None)

    def answer(self, request: RestRequest, now_s: float) -> RestAnswer:
        """What the server answers to a plain HTTP request."""
        _, is_about_calls, rest = request.path.partition(_ENDPOINT)
        if not is_about_calls or request.method != "POST" or (rest and not rest.startswith("/")):
            message = f"Invalid URL ({request.method} {request.path})"
            return refused(HTTPStatus.NOT_FOUND, Fault(None, message))
        key = Request.of(request.target, request.headers, ()).key
        if fault := self._secrets.key_fault(key):
            return refused(HTTPStatus.UNAUTHORIZED, fault)
        if not rest:
            return self._create(request, str(key), now_s)
        call_id, _, verb = rest.removeprefix("/").partition("/")
        call = self._known(call_id)
        if call is None:
            return refused(HTTPStatus.NOT_FOUND, faults.unknown_call())
        fault = self._act(call, verb, _json(request.body or b"{}"), now_s)
        return RestAnswer(HTTPStatus.OK) if fault is None else refused(_status(fault), fault)

    # Making a call.

    def _create(self, request: RestRequest, key: str, now_s: float) -> RestAnswer:
        form = _form(request)
        if isinstance(form, Fault):
            return refused(HTTPStatus.BAD_REQUEST, form)
        offer, settings = form
        if not sdp.is_offer(offer):
            return refused(HTTPStatus.BAD_REQUEST, faults.invalid_offer())
        default = request.query.get("model") or (DEFAULT_MODEL if key.startswith(PREFIX) else "")
        wanted = self._secrets.settings_of(key) if settings is None else settings
        session = self._session(wanted, default, now_s)
        if isinstance(session, Fault):
            return refused(HTTPStatus.BAD_REQUEST, session)
        call = self._begin(session)
        answer = sdp.answer_to(offer, number=len(self._calls))
        location = (("Location", f"{request.path.rstrip('/')}/{call.id}"),)
        return RestAnswer(HTTPStatus.CREATED, answer.encode(), "application/sdp", location)

    def _session(self, settings: object, default: str, now_s: float) -> Session | Fault:
        """The session that a call's `session` asks for; None asks for nothing special."""
        session = requested_session(
            settings, default_model=default, models=self._models, make=self._make_session
        )
        if isinstance(session, Session):
            session.open(now_s)
        return session

    def _begin(self, session: Session | None) -> Call:
        call = Call(self._ids.webrtc_call(), session)
        self._calls[call.id] = call
        self._on_call(call)
        return call

    # Acting on one.

    def _act(self, call: Call, verb: str, body: object, now_s: float) -> Fault | None:
        if isinstance(body, Fault):
            return body
        match verb:
            case "accept" | "reject" if not call.is_ringing:
                return faults.not_ringing()
            case "accept":
                session = self._session(body, "", now_s)
                if isinstance(session, Fault):
                    return session
                call.accept(session)
                return None
            case "reject":
                fault = _REJECT_SHAPE.check(body, "")
            case "refer":
                fault = _REFER_SHAPE.check(body, "")
            case "hangup":
                fault = None
            case _:
                return faults.unknown_call()
        if fault is None:
            call.hang_up()
        return fault

    def _known(self, call_id: str) -> Call | None:
        call = self._calls.get(call_id)
        if call is not None and call.is_over:
            del self._calls[call_id]
            return None
        return call


def _status(fault: Fault) -> HTTPStatus:
    is_unknown = fault == faults.unknown_call()
    return HTTPStatus.NOT_FOUND if is_unknown else HTTPStatus.BAD_REQUEST


def _form(request: RestRequest) -> tuple[str, object] | Fault:
    """The offer and the session's settings, None when there are none."""
    content_type = request.header("Content-Type")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/sdp":
        return request.body.decode(errors="replace"), None
    if kind != "multipart/form-data":
        return faults.invalid_form()
    parts = _parts(content_type, request.body)
    if "sdp" not in parts:
        return faults.missing_required_parameter("sdp")
    settings = _json(parts["session"]) if "session" in parts else None
    return settings if isinstance(settings, Fault) else (parts["sdp"].decode(), settings)


def _parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts of a form by their names (RFC 7578)."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    found = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found


def _json(body: bytes) -> object:
    """A body's JSON; a `Fault` when there is none."""
    try:
        return parse(body.decode())
    except UnicodeDecodeError:
        return faults.invalid_json()
