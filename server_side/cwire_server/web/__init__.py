"""Answers HTTP: listeners, pages, the handshake, metrics.

May import: access, clients, hub, statistics.
"""
