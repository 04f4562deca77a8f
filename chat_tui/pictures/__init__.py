"""Pictures from buyers, decoded in a child process with little time and memory; only it imports Pillow."""
