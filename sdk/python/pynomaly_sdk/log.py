"""Messages for the operator; the host keeps a bounded number of them per call.

Python's own `logging` arrives there too. Natively both go to `logging`.
"""

import logging

_logger = logging.getLogger("pynomaly")


def debug(message: str) -> None:
    """For whoever looks for a fault."""
    _logger.debug("%s", message)


def info(message: str) -> None:
    """For whoever wants to know what happened."""
    _logger.info("%s", message)


def warn(message: str) -> None:
    """Something is odd; the answer holds."""
    _logger.warning("%s", message)


def error(message: str) -> None:
    """Something is wrong."""
    _logger.error("%s", message)
