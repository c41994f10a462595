"""Random sessions in which an app, its user, mocks and a strict server all act at once.

A seed makes one session: what the user says and how the audio comes, how long the network takes, which
calls the model makes, who answers them when, when the app asks for a response. `Race.run` plays it;
what must hold afterwards is told by its methods.
"""

import itertools
import json
import math
import random
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial

from interposed import Interposed, Passage

from realtap.proxy.injection.ids import is_made_up
from realtap.proxy.injection.rule import Desk, Rule
from realtap.proxy.injection.verdict import Verdict, drop
from realtap.proxy.simulator.pace import Pace
from realtap.proxy.simulator.script import Call, Heard, Reply, Script
from realtap.proxy.simulator.script import Rule as Line
from realtap.proxy.voice import silence, synthesise_voice
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Fate, Json, Origin, Side

ACTIVE_RESPONSE = "conversation_already_has_active_response"
IDLE_CHANCE = 0.15
"""Of a session in which the server speaks by itself when the user is silent for long."""
_PIECE_S = 0.1
_SPEECH = "Well, that is how it stands, and there is not much more that I could tell about it."


@cache
def spoken(milliseconds: int) -> tuple[str, ...]:
    """A turn in pieces of 100 ms: a pause, speech, and the pause that ends it."""
    pcm = silence(0.1) + synthesise_voice(milliseconds / 1000, seed=1) + silence(0.8)
    size = int(_PIECE_S * 48_000)
    pieces = [pcm[start : start + size] for start in range(0, len(pcm), size)]
    return tuple(b64encode(piece).decode() for piece in pieces)


@dataclass
class RaceMock:
    """Answers some functions after a while; `instead` of the app, or beside it."""

    name: str
    functions: frozenset[str]
    delay_s: float
    is_instead: bool
    claims: bool
    taken: set[str] = field(default_factory=set)

    kinds = frozenset({"response.function_call_arguments.done", "conversation.item.create"})

    def make(self) -> Rule:
        return self

    def start(self, desk: Desk) -> None:
        pass

    def stop(self, desk: Desk) -> None:
        pass

    def receive(self, seen: Seen, desk: Desk) -> Verdict | None:
        if seen.side is Side.CLIENT:
            is_mine = seen.call_id in self.taken and self.is_instead
            return drop(self.name) if is_mine else None
        if seen.fields["name"] in self.functions:
            self.taken.add(seen.call_id)
            call_id = seen.call_id
            if self.claims:
                desk.claim(call_id, origin=Origin.MOCK, why=self.name)
            desk.after(self.delay_s, lambda: self._answer(call_id, desk))
        return None

    def _answer(self, call_id: str, desk: Desk) -> None:
        desk.answer(call_id, "mock", origin=Origin.MOCK, why=self.name)


class Race:
    """One random session."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        chance = self.random
        longest = chance.choice([0.0, 0.02, 0.1, 0.2])
        self._aside = random.Random(f"idle {seed}")
        self.idle_timeout_ms = 5_000 if self._aside.random() < IDLE_CHANCE else None
        self.mocks = [self._mock(number) for number in range(chance.choice([1, 1, 2]))]
        silence_ms = chance.choice([200, 500])
        self.makes_responses = chance.random() < 0.85
        detection = {
            "type": "server_vad",
            "silence_duration_ms": silence_ms,
            "create_response": self.makes_responses,
            "interrupt_response": chance.random() < 0.7,
            "idle_timeout_ms": self.idle_timeout_ms,
        }
        self.wire = Interposed(
            script=self._script(),
            makers=self.mocks,
            delay=lambda: chance.random() * longest,
            pace=Pace(
                thinking_s=chance.choice([0.0, 0.05, 0.3]),
                token_s=chance.choice([0.0, 0.01, 0.04]),
                closing_s=chance.choice([0.0, 0.03]),
                rate_limits_s=0.0,
            ),
            session={
                "output_modalities": ["text"],
                "audio": {"input": {"turn_detection": detection}},
            },
        )
        self.app = _App(self)

    def _mock(self, number: int) -> RaceMock:
        chance = self.random
        functions = frozenset(name for name in "abcd" if chance.random() < 0.5)
        is_instead = chance.random() < 0.5
        delay_s = chance.choice([0.0, 0.0, 0.1, 0.5, 2.0])
        if self.idle_timeout_ms and self._aside.random() < 0.7:
            # About as long as the server waits for the user.
            delay_s = self.idle_timeout_ms / 1000 + self._aside.uniform(-0.8, 0.4)
        return RaceMock(
            f"mock {number}",
            functions,
            delay_s,
            is_instead=is_instead,
            claims=is_instead,
        )

    def _script(self) -> Script:
        chance = self.random

        def reply() -> Reply:
            calls = chance.choice([0, 1, 1, 2, 2, 3, 4])
            named = tuple(Call(chance.choice("abcd"), {"n": 1}) for _ in range(calls))
            say = "Well then." if not calls or chance.random() < 0.2 else None
            return Reply(say=say, calls=named)

        turns = (*(reply() for _ in range(4)), Reply(say="Nothing else."))
        afterwards = (*(reply() for _ in range(chance.choice([0, 1, 2]))), Reply(say=_SPEECH))
        lines = (
            Line((afterwards[0],) if len(afterwards) == 1 else afterwards, after="*"),
            Line(turns),
        )
        return Script(lines, tuple(Heard(f"turn {number}") for number in range(8)))

    def run(self) -> "Race":
        """Play it to its end."""
        chance, at = self.random, 0.1
        for _ in range(chance.choice([2, 3, 4])):
            act = chance.choice([self.app.write_turn, self.app.speak_live, self.app.speak_at_once])
            at = act(at) + chance.choice([0.0, 0.3, 0.3, 1.0, 2.0])
            if chance.random() < 0.2:
                self.wire.at(at + chance.random(), self.app.cancel)
        self.wire.run(at + 1.0)
        if self.idle_timeout_ms is None:
            self.wire.run(60.0)
        else:
            self.wire.run(15.0)
            # Else the server would go on speaking for ever.
            detection = {"audio": {"input": {"turn_detection": None}}}
            self.wire.app_says("session.update", session={"type": "realtime", **detection})
            self.wire.run(15.0)
        return self

    # What must hold.

    def refused_injections(self) -> list[Json]:
        """Requests of ours that met an active response."""
        ours = {json.dumps(each.event) for each in self.wire.injected()}
        ids = {json.loads(each)["event_id"] for each in ours}
        return [
            event
            for event in self.wire.server_said("error")
            if event["error"]["code"] == ACTIVE_RESPONSE and event["error"]["event_id"] in ids
        ]

    def talked_over(self) -> list[str]:
        """Requests of ours that went out while the user was heard to speak."""
        told, is_speaking = [], False
        for each in self.wire.passages:
            match each.event["type"]:
                case "input_audio_buffer.speech_started":
                    is_speaking = self.makes_responses
                case "input_audio_buffer.speech_stopped":
                    is_speaking = False
                case "response.create" if is_speaking and each.origin is not Origin.WIRE:
                    told.append(f"message {each.seq}")
        return told

    def unexpected_errors(self) -> list[Json]:
        """All other errors, but for those that the app alone brings about."""
        known = {ACTIVE_RESPONSE, "response_cancel_not_active"}
        return [
            event
            for event in self.wire.server_said("error")
            if event["error"]["code"] not in known or is_made_up(event["error"]["event_id"])
        ]

    def double_outputs(self) -> list[str]:
        """Calls that have more than one output at the server."""
        return [call_id for call_id, count in Counter(self._outputs()).items() if count > 1]

    def lost(self) -> list[str]:
        """Where what one side said is not what the other got, but for what is marked."""
        told = []
        got = [json.loads(payload) for _, payload in self.wire.at_server]
        if got != [each.arrived for each in self._going_on(Side.CLIENT)]:
            told.append("the server did not get what the app said")
        if self.wire.heard != [each.arrived for each in self._going_on(Side.SERVER)]:
            told.append("the app did not get what the server said")
        said = [
            each.event
            for each in self.wire.passages
            if each.side is Side.SERVER and each.origin is Origin.WIRE
        ]
        if said != [event for _, event in self.wire.from_server]:
            told.append("the director did not see what the server said")
        return told

    def unanswered(self) -> list[str]:
        """Complete groups in which we took part and after which no response was made."""
        said = [event for _, event in self.wire.from_server]
        last = max((index for index, each in enumerate(said) if _is_begun(each)), default=-1)
        return [
            f"{key} was never answered"
            for key, calls in self._groups()
            if self._is_ours(calls) and (self._in_at(calls) or 0) > last
        ]

    def needless(self) -> list[str]:
        """Responses that ours, or the app's for a group of ours, made without a new output to read."""
        told = []
        news: set[str] = set()
        is_users_turn = is_idle = False
        requests = iter(self._accepted_requests())
        for _, event in self.wire.from_server:
            if _is_output_added(event):
                news.add(event["item"]["call_id"])
            elif event["type"] == "input_audio_buffer.timeout_triggered":
                is_idle = True
            elif event["type"] == "input_audio_buffer.committed":
                is_users_turn, is_idle = self.makes_responses or is_idle, False
            elif _is_begun(event):
                request = None if is_users_turn else next(requests)
                if request is not None and self._is_follow_up(request) and not news:
                    told.append(f"{event['response']['id']} for {request}")
                news, is_users_turn = set(), False
        return told

    def _groups(self) -> list[tuple[str, list[str]]]:
        """The calls of each response that the server has the outputs of, all of them."""
        groups = []
        for done in self.wire.server_said("response.done"):
            calls = [
                item["call_id"]
                for item in done["response"]["output"]
                if item["type"] == "function_call" and item["status"] == "completed"
            ]
            if calls and self._in_at(calls) is not None:
                groups.append((done["response"]["id"], calls))
        return groups

    def _accepted_requests(self) -> list[Json]:
        refused = {error["error"]["event_id"] for error in self.wire.server_said("error")}
        return [
            event
            for event in self.wire.server_got("response.create")
            if event["event_id"] not in refused
        ]

    def _is_follow_up(self, request: Json) -> bool:
        """Whether a request is for the outputs of calls, ours among them by then."""
        if "response" in request:
            # For the user's own words.
            return False
        passage = next(each for each in self.wire.passages if each.event == request)
        if passage.origin is not Origin.WIRE:
            return True
        answered = self.app.outputs_for.get(request["event_id"], ())
        return any(
            self._is_ours(calls, before=passage.seq)
            for _, calls in self._groups()
            if not set(calls).isdisjoint(answered)
        )

    def _outputs(self) -> list[str]:
        return [
            event["item"]["call_id"]
            for event in self.wire.server_got("conversation.item.create")
            if event["item"]["type"] == "function_call_output"
        ]

    def _going_on(self, side: Side) -> list[Passage]:
        return [
            each
            for each in self.wire.passages
            if each.side is side and each.fate is not Fate.DROPPED
        ]

    def _is_ours(self, calls: list[str], *, before: float = math.inf) -> bool:
        return any(
            each.event.get("item", {}).get("call_id") in calls and each.seq < before
            for each in self.wire.injected()
        )

    def _in_at(self, calls: list[str]) -> int | None:
        """At which of its events the server had all outputs; None when it has not."""
        places = {
            event["item"]["call_id"]: index
            for index, (_, event) in enumerate(self.wire.from_server)
            if _is_output_added(event)
        }
        if any(call_id not in places for call_id in calls):
            return None
        return max(places[call_id] for call_id in calls)


def _is_begun(event: Json) -> bool:
    return bool(event["type"] == "response.created")


def _is_output_added(event: Json) -> bool:
    is_added = event["type"] == "conversation.item.added"
    return is_added and bool(event["item"]["type"] == "function_call_output")


class _App:
    """An app that takes care, but is slow, forgetful and hasty at random."""

    def __init__(self, race: Race) -> None:
        self._race = race
        self._wire = race.wire
        self._chance = race.random
        self._wire.on_heard = self._hear
        self._knows = frozenset(name for name in "abcd" if self._chance.random() < 0.7)
        self._delay_s = self._chance.choice([0.0, 0.05, 0.3, 1.0])
        self._habit = self._chance.choice(["right", "right", "early", "late", "never"])
        self._open: dict[str, set[str]] = {}
        """By response, the calls that it is going to answer."""
        self._touched: set[str] = set()
        self._active: set[str] = set()
        self._answered: list[str] = []
        self._count = itertools.count()
        self.outputs_for: dict[str, list[str]] = {}
        """By the `event_id` of a request, the calls whose outputs the app had it read."""

    # What the user does.

    def write_turn(self, at: float) -> float:
        """A written turn; the app asks for the answer when nothing is being answered."""

        def write() -> None:
            if self._active:
                return
            # The same request has the model read what the app has answered.
            self._touched, self._answered = set(), []
            self._wire.write("Hello")
            self._wire.app_says(
                "response.create",
                event_id=f"app_{next(self._count)}",
                response={"metadata": {"for": "the user"}},
            )

        self._wire.at(at, write)
        return at

    def speak_live(self, at: float) -> float:
        """A spoken turn as a microphone sends it."""
        return self._speak(at, _PIECE_S)

    def speak_at_once(self, at: float) -> float:
        """A spoken turn as a file is sent."""
        return self._speak(at, self._chance.choice([0.0, 0.0, 0.005]))

    def _speak(self, at: float, piece_s: float) -> float:
        for piece in spoken(self._chance.choice([300, 700])):
            self._wire.at(at, partial(self._append, piece))
            at += piece_s
        return at

    def _append(self, piece: str) -> None:
        self._wire.app_says("input_audio_buffer.append", audio=piece)

    def cancel(self) -> None:
        """The user presses stop."""
        self._wire.app_says("response.cancel", event_id=f"app_{next(self._count)}")

    # What the server says.

    def _hear(self, event: Json) -> None:
        match event["type"]:
            case "response.created":
                self._active.add(event["response"]["id"])
            case "response.done":
                self._active.discard(event["response"]["id"])
                self._ask_when_ready(event["response"]["id"])
            case "response.function_call_arguments.done":
                self._take(event)

    def _take(self, event: Json) -> None:
        key, call_id = event["response_id"], event["call_id"]
        if event["name"] not in self._knows or self._chance.random() < 0.1:
            return
        self._open.setdefault(key, set()).add(call_id)
        self._wire.after(self._delay_s * self._chance.random(), lambda: self._answer(key, call_id))

    def _answer(self, key: str, call_id: str) -> None:
        self._wire.answer_call(call_id)
        self._open[key].discard(call_id)
        self._answered.append(call_id)
        self._touched.add(key)
        if self._habit == "early":
            self._ask(key)
        else:
            self._ask_when_ready(key)

    def _ask_when_ready(self, key: str) -> None:
        if key not in self._touched or self._open.get(key) or self._habit in {"early", "never"}:
            return
        if self._habit == "late":
            self._wire.after(1.5, lambda: self._ask(key))
        elif not self._active:
            self._ask(key)

    def _ask(self, key: str) -> None:
        """One request for everything that it has answered since the last."""
        if key in self._touched:
            event_id = f"app_{next(self._count)}"
            self.outputs_for[event_id] = self._answered
            self._touched, self._answered = set(), []
            self._wire.app_says("response.create", event_id=event_id)
