"""Routes for log-in, users, keys and the audit log."""
