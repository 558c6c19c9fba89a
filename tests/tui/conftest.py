"""Fixtures of the tests of widgets and screens."""

from collections.abc import Iterator

import pytest

from codetui.tui.keymap import Keymap, use


@pytest.fixture(autouse=True)
def _registered_keys() -> Iterator[None]:
    """Use the registry's keys again behind a test that changed them, since the keymap is one of the process."""
    yield
    use(Keymap.build())
