"""WebSocket bytes in, pieces out: frames and handshakes without sockets, clocks or recordings."""
