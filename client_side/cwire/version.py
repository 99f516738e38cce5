"""The version of this package. Pure."""

__all__ = ["__version__"]

__version__ = "0.1.0"
