"""What `doctor` looks at, a file for each side of the program's surroundings."""
