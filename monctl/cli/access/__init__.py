"""Commands on users and API keys."""
