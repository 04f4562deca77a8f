"""The verbs of the command line, one small file each. None imports Textual."""
