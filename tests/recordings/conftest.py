"""Settings of the property tests."""

from hypothesis import settings

# A shared machine pauses a test whenever it likes: an example that took long says nothing.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
