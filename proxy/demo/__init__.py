"""A small voice app that stands for a user's own app in the demo and in tests.

It knows the public protocol and the `websockets` library, and nothing of the proxy. `app` is a
correct app, `blunders` the same app with one classic mistake.
"""

from pathlib import Path

SCRIPT = Path(__file__).with_name("demo.toml")
"""What a simulated server should hear and say for the conversation to make sense."""
