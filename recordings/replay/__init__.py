"""A recording as a script that is played again: what must agree, and how it is told when it does not.

`script` makes a session from the app's point of view: what it said, whatever became of it, and what it
heard, made-up messages too. `matching` compares one event with another, `identities` knows which live id
stands for which recorded one, `place` knows where a replay stands and makes the `Mismatch`, `outcome` is
what a session came to, `comparison` the structure of two.

Order is kept but for two kinds of events that change nothing of the conversation: a session update behind
a `response.create` is another app.
"""
