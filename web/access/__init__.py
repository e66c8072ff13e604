"""Who may use the API: users, keys, tokens, roles, limits."""
