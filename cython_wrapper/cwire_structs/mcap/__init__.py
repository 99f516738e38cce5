"""Recordings: MCAP files, in which the structs are messages that ROS 2's readers understand.

Whoever has the file reads and writes it. Pure.

May import: schema, errors, frames.
"""
