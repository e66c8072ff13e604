"""The daemon: its parts, and how it starts and ends."""
