"""The simulated model of one session: plays the script and improvises where it has no lines."""

import json
from dataclasses import replace
from fnmatch import fnmatchcase

from .improvisation import Situation, fill_arguments, improvise
from .script import Call, Heard, Reply, Rule, Script


class Actor:
    """Remembers how far each part of the script has been played."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._turns_heard = 0
        self._times_played: dict[int, int] = {}

    def hear_early(self) -> Heard | None:
        """What the turn that begins now will say, if the script tells; it counts as heard."""
        has_lines = self._turns_heard < len(self._script.heard)
        return self.hear(0) if has_lines else None

    def hear(self, duration_ms: float) -> Heard:
        """What the user said in a spoken turn; nothing can be recognised, so it is scripted."""
        turn = self._turns_heard
        self._turns_heard += 1
        if turn < len(self._script.heard):
            return self._script.heard[turn]
        if not duration_ms:
            return Heard()
        return Heard(f"I spoke for {duration_ms / 1000:.1f} seconds.")

    def reply(self, situation: Situation) -> Reply:
        """What the model does now, with all arguments filled."""
        reply = self._scripted(situation)
        if reply is None:
            return improvise(situation)
        return replace(
            reply,
            say=None if reply.say is None else _worded(reply.say, situation),
            calls=tuple(_filled(call, situation) for call in reply.calls),
        )

    def _scripted(self, situation: Situation) -> Reply | None:
        for index, rule in enumerate(self._script.rules):
            if _fits(rule, situation):
                times = self._times_played.get(index, 0)
                self._times_played[index] = times + 1
                return rule.replies[min(times, len(rule.replies) - 1)]
        return None


def arguments_text(call: Call) -> str:
    """A call's arguments as the model writes them: pretty-printed, as gpt-realtime does."""
    return json.dumps(call.arguments or {}, indent=2, ensure_ascii=False)


def _fits(rule: Rule, situation: Situation) -> bool:
    """Whether a rule is meant for this moment; a rule about the user's text is not for a moment
    when outputs of functions wait to be read, else a call would follow on itself for ever."""
    names = [name for name, _ in situation.outputs]
    if rule.after is not None:
        is_time = any(fnmatchcase(name, rule.after) for name in names)
    else:
        is_time = not names
    pattern = "*" if rule.text is None else rule.text.casefold()
    return is_time and fnmatchcase(situation.text.casefold(), pattern)


def _worded(say: str, situation: Situation) -> str:
    output = " ".join(output for _, output in situation.outputs)
    return say.replace("{output}", output).replace("{text}", situation.text)


def _filled(call: Call, situation: Situation) -> Call:
    if call.arguments is not None:
        return call
    tool = next((tool for tool in situation.tools if tool.get("name") == call.name), {})
    return Call(call.name, fill_arguments(tool, situation.text))
