"""The version, as it stands in `app_id` of every message that the worker sends."""

__version__ = "0.1.0"
