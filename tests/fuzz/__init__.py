"""Random hostile texts and names on the real path, from the bytes of an answer to those of a frame."""
