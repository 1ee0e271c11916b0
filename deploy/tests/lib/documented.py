"""Blocks of a page of `docs/` that are run as they stand, each after `<!-- drill: NAME -->`."""

import re

from .drill import ROOT


def block(page, name, paths):
    """The text of a block, with folders of this drill in the place of the page's."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(rf"<!-- drill: {name} -->\n```\w+\n(.*?)```", text, re.S)
    assert found, f"{page} has no block {name}"
    text = found[1]
    for path, ours in paths.items():
        text = text.replace(path, str(ours))
    return text
