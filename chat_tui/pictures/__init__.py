"""Buyers' pictures, decoded in a child process with little time and memory; only that child knows Pillow."""
