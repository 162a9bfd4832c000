"""What an operator needs once for a stack elsewhere: its secrets, its broker, its database."""
