"""Text to annotated text: cleaning, layout, sections, dates, and the medspaCy rules and ConText."""
