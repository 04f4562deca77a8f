"""Repeatable chance: the same numbers in give the same number out, on every machine and in every run."""

from random import Random

_MASK = 0xFFFF_FFFF_FFFF_FFFF


def mix(*numbers: int) -> int:
    """A 64-bit number that looks random and depends on all of `numbers` (splitmix64)."""
    x = 0x9E3779B97F4A7C15
    for number in numbers:
        x = ((x ^ number) + 0x9E3779B97F4A7C15) & _MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
        x ^= x >> 31
    return x


def draws(*numbers: int) -> Random:
    """A stream of draws that depends on all of `numbers`."""
    return Random(mix(*numbers))
