"""Channels: the places that alerts go to, each an Apprise URL."""
