"""The two SQLite files: how they are opened, migrated, repaired, written and read. Private to `store`."""
