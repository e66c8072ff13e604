"""What goes over an SSH connection: how much of it, and in how many writes."""
