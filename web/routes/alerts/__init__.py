"""Routes for alerts, rules, silences and channels."""
