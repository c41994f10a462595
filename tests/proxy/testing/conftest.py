"""Tests of the plugin run pytest inside pytest."""

# Pytester forgets what the inner run has imported; what is there before is kept, and that is quicker.
import openai  # noqa: F401

import realtap.proxy.helm
import realtap.proxy.testing.simulated  # noqa: F401
