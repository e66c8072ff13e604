"""The database: opened, migrated, and its errors in one form."""
