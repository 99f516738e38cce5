"""Runs Python functions for clients: in threads, in an event loop, in processes.

May import: actions, limits.
"""
