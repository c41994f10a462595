"""What realtap says and does in a session by itself: answers, made-up events, rules and faults.

All of it is free of sockets and clocks: messages and times go in, verdicts and deeds come out.
`Director` is one session's; the relay's edge asks it about each message and does what it says:
`wants(type)` is a look-up, `is_concerned(event)` a look for a few bytes, `receive(seen)` gives the
verdict, `poll(now_s)` what is to be sent now.

Its floors, each knowing only those below it:

- the desk: `director`, `requests` (what people ask of it), `status`;
- parts: `followups`, `groups`, `app_side`, `echoes` (when a `response.create` may go, and whose it
  serves), `made_up`, `made_call`, `made_up_creates`, `shadow`, `shadow_dialect` (what only the app knows,
  answered by a server made of the simulator's parts), `held`, `rules_at_work` (the first verdict counts;
  a rule that raises is switched off for the session);
- rules: `mocks`, `breakpoints`, `event_rules`, `event_rule`, `faults`, `matching`, `quota`, `tables`; they
  see nothing but `Desk`, and never keep one session's state in their maker;
- ground: `ledger`, `idle`, `rulebook`, `rule`, `verdict`, `deeds`, `ids`, `outputs`, `splicing`, `writing`,
  `templates`, `validation`, `shapes`.

Three views of a session: the `Ledger` holds what the real server knows (all that it said, also what the
app never got; of the client's events those that reached it); the shadow holds that and what is made up;
the recording holds everything, with its marks.

When a `response.create` of ours may go is told by `Ledger.response_wait` and `Ledger.turn_wait` (a turn,
audio that comes faster than it is spoken, the idle timeout), and by `groups` (what a group of calls
lacks). `followups` looks at them again at each event and sends when nothing is left: there is no state
machine. `tests/support/races.py` plays a thousand random sessions against it.
"""
