"""Findings to facts: what all notes of a patient, read together, say as of a day."""
