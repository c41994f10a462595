"""The levels of mu-law."""

from array import array

from realtap.proxy.simulator.formats import AudioFormat
from realtap.recordings.findings.g711 import MU_LAW


def test_levels_of_mu_law_are_the_standards() -> None:
    assert MU_LAW[0xFF] == 0
    assert MU_LAW[0x7F] == 0
    assert MU_LAW[0x80] == 32_124
    assert MU_LAW[0x00] == -32_124


def test_levels_are_those_that_the_voice_is_encoded_with() -> None:
    samples = array("h", (-30_000, -700, -9, 0, 11, 500, 20_000))
    heard = [MU_LAW[byte] for byte in AudioFormat.PCMU.encode(samples.tobytes())]
    for sample, level in zip(samples, heard, strict=True):
        assert abs(sample - level) <= max(8, abs(sample) // 16)
