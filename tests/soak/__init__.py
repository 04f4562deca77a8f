"""Whole working days of the program in virtual time: `python -m tests.soak`."""
