"""Talks to clients on their WebSockets.

May import: access, actions, errors, hub.
"""
