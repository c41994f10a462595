"""What realtap says and does in a session by itself: answers, made-up events, rules and faults.

All of it is free of sockets and clocks: messages and times go in, verdicts and deeds come out.
`Director` is one session's; the relay's edge asks it about each message and does what it says.
"""
