"""The search through all stored messages. Loaded when first wanted."""
