"""Who may do what: users, API keys, roles and the audit log."""
