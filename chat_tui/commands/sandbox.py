"""`sandbox`: the pretend Market alone, for developers."""

import sys
from argparse import Namespace

from chat_tui.sandbox import serve


def run(arguments: Namespace) -> int:
    """Serve until it is told to end."""
    return serve.run(
        port=arguments.port,
        chats=arguments.chats,
        seed=arguments.seed,
        journal=arguments.journal,
        fd=arguments.fd,
        out=sys.stdout,
        stop_with_stdin=arguments.stop_with_stdin,
        latency_s=arguments.latency / 1000,
    )
