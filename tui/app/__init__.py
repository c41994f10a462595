"""The terminal interface: sessions, their events, and all that is known about them.

It reads recordings only: a live session is a recording that grows. What an event means comes from
`realtap.recordings`; here it is laid out, drawn and steered with keys. All keys stand in `keys`.
"""
