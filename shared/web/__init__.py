"""The web kit: HTTP entrypoints with declared schemas, problem details, OpenAPI, health.

`from shared.web.http import http, Reply, Request` is what a service needs; a service without an
entrypoint of its own takes `from shared.web.server import Web` for /health.
"""
