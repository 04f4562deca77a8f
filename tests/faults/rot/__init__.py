"""Rot: what lies in the two databases is spoilt, and the program goes on: `python -m tests.faults.rot`."""
