"""The desk's rules: who works on a task, what is drafted and approved, how much time is left."""
