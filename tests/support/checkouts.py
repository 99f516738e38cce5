"""What only a checkout has, so that no text names it elsewhere."""

from __future__ import annotations

import re

__all__ = ["OF_A_CHECKOUT"]

OF_A_CHECKOUT = re.compile(
    r"\bmake (run|setup|test|lint|docs|-C)\b|`make|\.venv"
    r"|\b(server_side|client_side|c_driver)/"
)
