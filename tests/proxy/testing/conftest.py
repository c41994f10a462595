"""Tests of the plugin run pytest inside pytest."""

# Pytester forgets what the inner run has imported. What is there before is kept: it is quicker, and a
# thread that is still importing when the inner run ends finds its modules.
import openai  # noqa: F401

import realtap.proxy.helm
import realtap.proxy.testing.simulated  # noqa: F401
