"""The statuses that commands end with."""

EXIT_BAD = 1
"""The command ran and the answer is bad."""

EXIT_WRONG = 2
"""Wrong use or wrong configuration."""
