"""Measurements of trialscreen against others. No part of the installed package."""
