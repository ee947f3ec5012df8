"""Many patients at once: who is left after which criterion, what is missing, what another protocol would change."""
