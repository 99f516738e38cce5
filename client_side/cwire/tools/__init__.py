"""Runs the command-line tools: info, watch, send, doctor.

May import: everything.
"""
