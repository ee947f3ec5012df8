"""Questions about one patient, answered from the report's findings and results. No language model."""
