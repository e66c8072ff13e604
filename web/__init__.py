"""The HTTP API, who may use it, and the live stream."""
