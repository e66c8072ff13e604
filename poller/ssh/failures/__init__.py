"""What it means when the way to a host fails."""
