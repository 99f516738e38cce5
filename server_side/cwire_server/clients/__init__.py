"""Talks to clients on their WebSockets.

May import: access, errors, hub.
"""
