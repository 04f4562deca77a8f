"""The nouns of the program: frozen values from the standard library, no I/O, no clock."""
