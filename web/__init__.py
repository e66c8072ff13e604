"""The front door in a browser: the HTTP API, who may use it, and the live stream."""
