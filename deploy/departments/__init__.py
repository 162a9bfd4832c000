"""How a department joins a stack and leaves it: catalogue, broker, and what is kept of secrets."""
