"""From model to rows of text: pure functions."""
