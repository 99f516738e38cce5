"""Talks to drivers on their Unix sockets.

May import: config, errors, hub.
"""
