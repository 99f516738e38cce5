"""Talks to clients on their WebSockets.

May import: access, actions, disk_history, errors, hub.
"""
