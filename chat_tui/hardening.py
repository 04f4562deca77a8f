"""What the process itself must be before anything else is done, whatever it was born into."""

import os
import sys
import warnings
from collections.abc import MutableMapping


def harden(environ: MutableMapping[str, str]) -> None:
    """Nothing we write is for others; no file may hold the key; neither locale nor environment may end us."""
    import resource  # noqa: PLC0415 - not there on every system that can read this file

    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Python would write the secrets of every connection there, and with them the key.
    environ.pop("SSLKEYLOGFILE", None)
    if sys.warnoptions:
        # PYTHONWARNINGS: a warning is for developers, and as an error it would end the program.
        warnings.simplefilter("ignore")
