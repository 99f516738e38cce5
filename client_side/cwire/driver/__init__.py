"""Publishes and takes commands: a driver that is written in Python.

May import: kernel, errors.
"""
