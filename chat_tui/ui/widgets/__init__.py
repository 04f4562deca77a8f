"""Widgets: rows in, messages out; they know nothing of where rows come from."""
