"""Serves clients that speak Foxglove's WebSocket protocol: viewers, and programs of others.

May import: clients, errors, hub, limits.
"""
