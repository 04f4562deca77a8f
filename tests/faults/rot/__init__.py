"""The contents of both databases are damaged, and the program still works: `python -m tests.faults.rot`."""
