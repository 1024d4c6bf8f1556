"""The interfaces of clients: an authorization server (OAuth 2.0, CIBA, DPoP), and CAMARA's location and consent-info.

Nothing is decided here about any consent. The shapes of standards come in, the keyholder's and the courier's typed
messages go out, and what comes back is put into the standards' words again.
"""
