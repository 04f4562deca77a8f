"""The engine: keeps the cache fresh, delivers what was sent, and says what changed."""
