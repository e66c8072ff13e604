"""HTTP itself: server, bodies, problems and headers."""
