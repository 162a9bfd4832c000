"""Signing in elsewhere: OpenID Connect, authorization code with PKCE, beside local accounts.

declared.py   what the operator sets; nothing of this runs unless ONEWINDOW_OIDC_ISSUER is set
provider.py   the provider's own documents over HTTP: discovery, keys, the exchange of a code
tokens.py     whether an ID token is genuine (OpenID Connect Core 1.0, 3.1.3.7)
claims.py     who somebody is and what they may do here, from what the token says
trip.py       there and back again: what a browser takes along so that nobody else can return
"""
