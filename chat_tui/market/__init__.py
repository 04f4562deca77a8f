"""All that knows the Market over HTTP."""
