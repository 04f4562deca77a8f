"""The terminal user interface, written with Textual."""
