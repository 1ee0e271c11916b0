"""Prints what the project's detector can do beyond scoring, one name a line: `pynomaly plugin build`
asks before it makes a component."""

import importlib

from .detector import abilities, detector_of

if __name__ == "__main__":
    print("\n".join(abilities(detector_of(importlib.import_module("detector")))))
