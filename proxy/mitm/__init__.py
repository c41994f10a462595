"""mitmproxy, in a process of its own: `python -m realtap.proxy.mitm`.

It passes plain HTTP requests on, and captures apps that cannot be pointed at the proxy. It hands every
Realtime session to the relay, and keeps nothing. Its import takes most of a second and 70 MB, and
whatever goes wrong in it must not touch the sessions: that is why it is no part of the proxy's process.

The two talk in lines of JSON: see `messages`. The process ends when its standard input does.
"""
