"""Session descriptions: what is an offer, and what answers it."""

from phone import OFFER

from realtap.proxy.simulator.sdp import answer_to, is_offer


def test_text_without_media_is_no_offer() -> None:
    assert is_offer(OFFER)
    assert not is_offer("")
    assert not is_offer("v=0\r\ns=-\r\n")
    assert not is_offer(OFFER.removeprefix("v=0\r\n"))


def test_answer_has_the_offers_sections_in_their_order() -> None:
    lines = answer_to(OFFER, 7).split("\r\n")
    assert lines[:2] == ["v=0", "o=- 7 2 IN IP4 127.0.0.1"]
    assert "a=group:BUNDLE 0 1" in lines
    assert [line for line in lines if line.startswith(("m=", "a=mid:"))] == [
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=mid:0",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:1",
    ]


def test_who_only_listens_is_sent_to() -> None:
    answer = answer_to(OFFER.replace("a=sendrecv", "a=recvonly"), 7)
    assert "a=sendonly" in answer
    assert "a=recvonly" not in answer
