"""The engine's sending: what is in the outbox, brought to the Market once and in order."""
