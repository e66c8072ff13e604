"""Where results are kept, and how they come there."""
