"""Search of everything that was ever read. Loaded when first wanted."""
