"""Department: the desk for departments that have no worker of their own, through an HTTP API."""
