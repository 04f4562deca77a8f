"""`python -m chat_tui` is the same as `chat-tui`."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # Python put the current directory first: a httpx.py that lies there is not the library.
        del sys.path[0]
    from chat_tui.cli import main

    sys.exit(main())
