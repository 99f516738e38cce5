"""Connects to the relay: addresses, sockets, WebSocket, reconnecting.

May import: session, data, errors.
"""
