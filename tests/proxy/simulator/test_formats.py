"""Encodings of the wire."""

import pytest

from realtap.proxy.simulator.formats import AudioFormat
from realtap.proxy.voice import synthesise_voice


@pytest.mark.parametrize("format_", list(AudioFormat))
def test_encoded_second_has_the_size_of_the_format(format_: AudioFormat) -> None:
    pcm = synthesise_voice(1.0, rate=format_.rate)
    encoded = format_.encode(pcm)
    assert len(encoded) == 1_000 * format_.bytes_per_ms
    assert len(format_.decode(encoded)) == len(pcm)


def test_format_is_found_by_its_object() -> None:
    assert AudioFormat.of({"type": "audio/pcmu"}) is AudioFormat.PCMU
