"""Session descriptions (RFC 8866), as much as an offer needs to be answered.

No media flows: the answer is one that a peer connection takes, with a port where nobody listens.
"""

from collections.abc import Iterator

_HEAD = ("v=0", "o=- {number} 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite")

_SECTION = (
    "c=IN IP4 127.0.0.1",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=ice-ufrag:sim0",
    "a=ice-pwd:simulated0simulated0simulated0",
    "a=fingerprint:sha-256 " + ":".join(["5A"] * 32),
    "a=setup:passive",
)

_COPIED = ("a=mid:", "a=rtcp-mux", "a=sctp-port:", "a=rtpmap:", "a=fmtp:")
"""Lines of an offered section that its answer repeats."""

_DIRECTIONS = {"a=sendrecv": "a=sendrecv", "a=sendonly": "a=recvonly", "a=recvonly": "a=sendonly"}


def is_offer(text: str) -> bool:
    """Whether it begins as every session description does, and offers any media."""
    lines = text.splitlines()
    return bool(lines) and lines[0] == "v=0" and any(line.startswith("m=") for line in lines)


def answer_to(offer: str, number: int) -> str:
    """The answer to an offer; `number` is the session's, which tells it from others."""
    lines = [line.format(number=number) for line in _HEAD]
    groups = [line for line in offer.splitlines() if line.startswith("a=group:BUNDLE")]
    for section in _sections(offer):
        lines += _answered(section)
    return "\r\n".join([*lines[:4], *groups, *lines[4:], ""])


def _sections(offer: str) -> Iterator[list[str]]:
    section: list[str] = []
    for line in offer.splitlines():
        if line.startswith("m="):
            if section:
                yield section
            section = [line]
        elif section:
            section.append(line)
    if section:
        yield section


def _answered(section: list[str]) -> list[str]:
    kind, _, rest = section[0].partition(" ")
    lines = [f"{kind} 9 {rest.partition(' ')[2]}", *_SECTION]
    lines += [line for line in section[1:] if line.startswith(_COPIED)]
    return lines + [_DIRECTIONS[line] for line in section if line in _DIRECTIONS]
