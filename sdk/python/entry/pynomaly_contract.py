"""The exported interface, whose resource componentize-py looks for in a module of its name."""

from pynomaly_sdk.component import Model as Served


class Model(Served):
    """A fitted detector."""
