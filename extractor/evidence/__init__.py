"""Report to something to look at: highlights, a table for a terminal, a page for a browser."""
