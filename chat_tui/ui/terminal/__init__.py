"""Repairs of Textual, all private names in this one folder."""
