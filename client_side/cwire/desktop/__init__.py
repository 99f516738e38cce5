"""Shows the relay's pages in a window: `cwire desktop`.

May import: bridge, process, link, errors.
"""
