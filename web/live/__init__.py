"""The live stream: server-sent events for every client that listens."""
