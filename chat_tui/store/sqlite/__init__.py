"""The two SQLite files: how they are opened, migrated, mended, written and read. For `store` alone."""
