"""All that knows SQL: the local cache and the durable state."""
