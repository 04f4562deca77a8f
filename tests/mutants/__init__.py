"""Deliberately broken builds of the program, and the proof that the tests notice each of them."""
