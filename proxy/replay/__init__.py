"""Plays recordings: the server's side to an app, the client's side to a server."""
