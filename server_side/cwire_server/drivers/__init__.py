"""Talks to drivers on their Unix sockets, TCP ports and serial lines.

May import: config, devices, errors, hub.
"""
