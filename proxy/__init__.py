"""The proxy: the relay between an app and a Realtime server, the simulated server, the demo app."""
