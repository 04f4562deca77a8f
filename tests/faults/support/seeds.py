"""The seeds of the random cases."""

import os
import random
import sys


def a_seed() -> int:
    """A new seed, or the one in the variable FAULTS_SEED; printed, so that a failure can be repeated."""
    seed = int(os.environ.get("FAULTS_SEED") or random.randrange(10**6))
    sys.stdout.write(f"FAULTS_SEED={seed}\n")
    return seed
