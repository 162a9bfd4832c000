"""What officers, heads and administrators of a department see: the desk."""
