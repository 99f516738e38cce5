"""Works inside a notebook's kernel: cells, paced updates, progress bars, widgets.

May import: errors.
"""
