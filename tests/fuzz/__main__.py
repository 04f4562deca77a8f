"""The long run, which a seed repeats: `python -m tests.fuzz --seed N --texts 100000 --names 10000`."""

import argparse
import asyncio
import sys
import time

from tests.fuzz.path import run


def main() -> int:
    """Print the figures; exit code 1 if anything reached the terminal."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=0, help="begin with this one")
    asked = parser.parse_args()
    began = time.monotonic()
    found = asyncio.run(run(asked.seed, asked.texts, asked.names, first=asked.batch))
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"seed {asked.seed}: {found.texts} texts, {found.names} names, {found.lines} lines, "
        f"{found.characters} characters written, {len(found.leaks)} leaks, {seconds:.0f} s\n"
    )
    for leak in found.leaks[:20]:
        sys.stdout.write(f"{leak}\n")
    return 1 if found.leaks else 0


if __name__ == "__main__":
    sys.exit(main())
