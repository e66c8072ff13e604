"""The outbox: what has to be told to whom, until it has been."""
