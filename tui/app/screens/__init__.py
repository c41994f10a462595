"""What fills the terminal: the list of sessions, one session, help and dialogs."""
