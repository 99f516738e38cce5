"""Works inside a Jupyter kernel: cells, paced updates, progress bars, widgets.

May import: nothing.
"""
