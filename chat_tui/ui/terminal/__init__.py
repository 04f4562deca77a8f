"""Repairs of Textual, all private names in this one folder; REPAIRS.md says what each waits for."""
