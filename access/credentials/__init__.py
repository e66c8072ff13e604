"""What proves who someone is: passwords, API keys and tokens."""
