"""The levels of G.711 mu-law, for a look at audio that may be it."""


def _level(byte: int) -> int:
    """One byte as a 16-bit sample: sign, three bits of segment, four of mantissa, all inverted."""
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + 0x84 << (byte >> 4 & 0x07)) - 0x84
    return -magnitude if byte & 0x80 else magnitude


MU_LAW = tuple(_level(byte) for byte in range(256))
"""The 16-bit sample of each byte."""
