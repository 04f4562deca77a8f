"""The pure functions from model to rows."""
