"""Compares ways between two processes of this machine: `cwire bench ipc`.

May import: bridge, process, view, errors, version.
"""
