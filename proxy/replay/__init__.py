"""Plays recordings: the server's side to an app, the client's side to a server.

`player` decides, without sockets: messages and times go in, outputs come out. Beside it `strictness` (what
a real server refuses), `echoes` (what a message must repeat of the live app) and `microphone` (audio as one
stream); `server` has the sockets. `app_player` and `client` are the other way round. What must agree is
said by `recordings.replay`.
"""
