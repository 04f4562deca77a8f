"""Screens: they ask the inbox and wire the widgets."""
