"""The live stream: samples, states and changes of the inventory as they come (server-sent events)."""
