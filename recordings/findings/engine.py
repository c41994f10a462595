"""Puts the rules to work on a session: events and time in, findings out.

One `Judge` serves one session, live or old, and keeps the one `Conversation` that all rules ask.
It knows no rule by name. A rule that fails is switched off and told; the session goes on.

What realtap did itself is no fault of the app: events that it made in the server's name, and those of
the client that never reached the server, are not judged. A finding that realtap's own event causes is
only worth knowing, and says so.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..conversation import Conversation, Seen
from ..conversation.interventions import Interventions, Route
from ..dialects import Dialect, Profile, dialect_of
from ..event import Closed, Entry, Event, Fate, Header, Opened, Origin, Released, Side
from . import rules
from .finding import Finding, Severity
from .rule import Rule

AUDIO_KINDS = frozenset(
    {
        "input_audio_buffer.append",
        "response.output_audio.delta",
        "session.input_audio_buffer.append",
        "session.output_audio.delta",
    }
)
"""The types that carry audio: most of a session. Only rules that say `wants_audio` see them."""

TICK_EVERY_S = 0.5
"""Rules of silence are asked this often: a finding may come so much late."""

TOLD_OF_ONE = 100
"""Findings of one rule in one session; a client whose every frame is wrong fills no screen twice."""

REMEMBERED = 10_000
"""So many findings are known as told; older ones than that are not repeated by any rule."""

RULE_FAILED = "rule-failed"
MORE_OF_THE_SAME = "more-of-the-same"
OWN_SLUGS = (RULE_FAILED, MORE_OF_THE_SAME)
"""What the engine itself says."""

_INTERVENTIONS_TOLD = 3


class Judge:
    """Watches one session with all rules.

    Args:
        header: The session's header, if it is known before the first entry.
        profile: What is known of the server; by default the header's upstream decides.
        ignore: Slugs that are not told.
        classes: The rules, if not all that are registered.
    """

    def __init__(
        self,
        header: Header | None = None,
        *,
        profile: Profile | None = None,
        ignore: frozenset[str] = frozenset(),
        classes: Iterable[type[Rule]] | None = None,
    ) -> None:
        self.conversation = Conversation(header, profile=profile)
        self._ignore = ignore
        self._rules = [each() for each in (rules() if classes is None else classes)]
        self._told: dict[tuple[str, tuple[int, ...]], int] = {}
        self._counts: dict[str, int] = {}
        self._new: list[Finding] = []
        self._last_tick_at = float("-inf")
        self._is_finished = False
        self._choose_rules()

    # Public methods: what happens, and what is found in it.

    def receive(self, entry: Entry) -> list[Finding]:
        """Take the next entry of the session; what is found by it."""
        match entry:
            case Event():
                self._receive_event(Seen.of(entry))
            case Released():
                if (seen := self.conversation.release(entry)) is not None:
                    self._receive_event(seen)
            case Header():
                self.conversation.receive(entry)
                self._choose_rules()
            case Opened():
                self.conversation.receive(entry)
                self._ask(lambda rule: rule.begin(self.conversation))
            case Closed():
                self._tick(entry.at)
                self.conversation.receive(entry)
                self._finish()
            case _:
                self.conversation.receive(entry)
        return self._take()

    def tick(self, now: float) -> list[Finding]:
        """Let time pass to `now`, in seconds since the session's start; what is found by it."""
        if not self._is_finished:
            # Not the conversation's own tick: rules take its `last_at` for the last thing heard.
            self.conversation.responses.tick(now)
            self._tick(now)
        return self._take()

    def finish(self) -> list[Finding]:
        """Nothing more will come. A session that was seen to close is finished by that."""
        if not self._is_finished:
            self._tick(self.conversation.last_at)
            self._finish()
        return self._take()

    # An event.

    def _receive_event(self, seen: Seen) -> None:
        if seen.at - self._last_tick_at >= TICK_EVERY_S:
            self._tick(seen.at)
        if self._is_judged(seen):
            table = self._from_client if seen.side is Side.CLIENT else self._from_server
            for rule, receive in table.get(seen.kind, table[""]):
                try:
                    for finding in receive(seen, self.conversation):
                        self._tell(finding, rule)
                except Exception as error:  # noqa: BLE001 # whatever a rule's fault is, the session goes on
                    self._switch_off(rule, error)
        self.conversation.receive(seen)

    def _is_judged(self, seen: Seen) -> bool:
        dialect = self.conversation.dialect
        if dialect is Dialect.UNKNOWN:
            # The event that shows the dialect is judged by it already.
            dialect = dialect_of(seen.type, seen.fields, seen.side)
        return dialect is not Dialect.LIVE and self._is_real(seen)

    def _is_real(self, seen: Seen) -> bool:
        event = seen.event
        if event.fate is Fate.FORWARDED and event.origin is Origin.WIRE:
            return True
        # The conversation does the same once more; a finding about this event has to know of it.
        return self.conversation.interventions.receive(seen) is Route.REAL

    # Rules.

    def _choose_rules(self) -> None:
        """Leave out what is ignored, and what the profile says is no fault of this server."""
        off = self._ignore | self.conversation.profile.off
        self._rules = [rule for rule in self._rules if rule.slug not in off]
        self._from_client = _table(self._rules, Side.CLIENT)
        self._from_server = _table(self._rules, Side.SERVER)
        self._ticking = [
            (rule, rule.tick) for rule in self._rules if type(rule).tick is not Rule.tick
        ]

    def _tick(self, now: float) -> None:
        self._last_tick_at = now
        if self.conversation.dialect is Dialect.LIVE:
            return
        for rule, tick in self._ticking:
            try:
                for finding in tick(now, self.conversation):
                    self._tell(finding, rule)
            except Exception as error:  # noqa: BLE001 # as in _receive_event
                self._switch_off(rule, error)

    def _finish(self) -> None:
        self._is_finished = True
        if self.conversation.dialect is not Dialect.LIVE:
            self._ask(lambda rule: rule.finish(self.conversation))

    def _ask(self, question: Callable[[Rule], Iterable[Finding]]) -> None:
        for rule in list(self._rules):
            try:
                for finding in question(rule):
                    self._tell(finding, rule)
            except Exception as error:  # noqa: BLE001 # as in _receive_event
                self._switch_off(rule, error)

    def _switch_off(self, rule: Rule, error: Exception) -> None:
        self._rules = [each for each in self._rules if each is not rule]
        self._choose_rules()
        self._tell(
            Finding(
                RULE_FAILED,
                Severity.INFO,
                self.conversation.last_at,
                (),
                f"the rule {rule.slug} failed with {type(error).__name__}: {error}; it is switched off "
                "for the rest of this session",
                "this is a fault of realtap: please report it with the recording",
            )
        )

    # Findings.

    def _tell(self, finding: Finding, rule: Rule | None = None) -> None:
        """Keep what is new: a finding is told once, and once more when it got worse."""
        done = self.conversation.interventions
        if rule is not None and rule.blames_timing and done.disturb(finding.events, finding.at):
            return
        finding = _with_interventions(finding, done)
        key = (finding.slug, finding.events)
        rank = finding.severity.rank
        if self._told.get(key, -1) >= rank and finding.slug not in OWN_SLUGS:
            return
        self._told[key] = rank
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        count = self._counts[finding.slug] = self._counts.get(finding.slug, 0) + 1
        if count <= TOLD_OF_ONE:
            self._new.append(finding)
        elif count == TOLD_OF_ONE + 1:
            self._new.append(_more_of(finding))

    def _take(self) -> list[Finding]:
        if not self._new:
            return []
        found, self._new = self._new, []
        return found


def findings_of(
    entries: Iterable[Entry],
    *,
    profile: Profile | None = None,
    ignore: frozenset[str] = frozenset(),
) -> list[Finding]:
    """All that is found in a whole session, in the order of its time, each once and at its worst."""
    judge = Judge(profile=profile, ignore=ignore)
    return settled([*_all_found(judge, entries), *judge.finish()])


def settled(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order of their time; of one that got worse only its last form."""
    latest = {
        (each.slug, each.events, each.what if not each.events else ""): each for each in findings
    }
    return sorted(latest.values(), key=lambda each: each.at)


def _all_found(judge: Judge, entries: Iterable[Entry]) -> Iterator[Finding]:
    for entry in entries:
        yield from judge.receive(entry)


def _with_interventions(finding: Finding, done: Interventions) -> Finding:
    """The finding with what realtap did about its events; no more than worth knowing if that caused it."""
    known = [each for seq in finding.events if (each := done.get(seq)) is not None]
    if not known:
        return finding
    told = ", ".join(f"event {each.seq} {each.in_words()}" for each in known[:_INTERVENTIONS_TOLD])
    cause = known[0]
    is_changed = cause.side is Side.CLIENT and cause.fate is Fate.EDITED
    is_ours = cause.seq == finding.events[0] and (cause.is_made_up or is_changed)
    severity = Severity.INFO if is_ours else finding.severity
    return replace(finding, severity=severity, what=f"{finding.what}; {told}")


type _Receive = Callable[[Seen, Conversation], Iterable[Finding]]
type _Table = dict[str, tuple[tuple[Rule, _Receive], ...]]


def _table(active: Iterable[Rule], side: Side) -> _Table:
    """Which rules want an event, by its kind; under "" those that want a kind that is not listed."""
    listening = [
        rule
        for rule in active
        if rule.side in {None, side} and type(rule).receive is not Rule.receive
    ]
    kinds = AUDIO_KINDS.union(*(rule.kinds or () for rule in listening))
    return {
        kind: tuple((rule, rule.receive) for rule in listening if _wants(rule, kind))
        for kind in kinds | {""}
    }


def _wants(rule: Rule, kind: str) -> bool:
    if kind in AUDIO_KINDS and not rule.wants_audio:
        return False
    return rule.kinds is None or kind in rule.kinds


def _more_of(finding: Finding) -> Finding:
    return Finding(
        MORE_OF_THE_SAME,
        Severity.INFO,
        finding.at,
        finding.events,
        f"{finding.slug} was found {TOLD_OF_ONE} times in this session; more of it is not told",
        f"mend what is told first, or leave it out with --ignore {finding.slug}",
    )
