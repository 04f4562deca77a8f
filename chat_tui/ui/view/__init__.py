"""How panes arrange what they show: from model to rows of `words.line`, by pure functions."""
