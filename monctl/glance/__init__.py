"""What commands that only show something read, with as few libraries as can be."""
