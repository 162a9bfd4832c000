"""Tasks and results as files in folders, for systems that can neither call nor be called."""
