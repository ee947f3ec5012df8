"""Figures against labelled notes, and the reading of a second person."""
