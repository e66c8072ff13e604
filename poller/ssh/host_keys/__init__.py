"""Host keys: which are trusted, what it means that a host shows another one, and how to add one."""
