"""Facts against a protocol: three-valued criteria and a verdict. Knows no note and no language."""
