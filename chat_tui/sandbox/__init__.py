"""The pretend Market: a demo for newcomers and the peer of the tests."""
