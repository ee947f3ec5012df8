"""From ConText's cues to the four qualifiers of a statement.

Cues and their reach are data (``patterns/context.yaml``); medspaCy's ConText links them to mentions.
Here is only how several cues on one mention add up.
"""

from __future__ import annotations

from collections.abc import Iterable

from extractor.records import Assertion, Experiencer, Qualifiers, Temporality, Value


def qualify(cues: Iterable[str], section: Value) -> Qualifiers:
    """Add up the cues that reach a mention.

    A hypothesis outranks everything ("if there is no progression"), a negation outranks a doubt
    ("no suspicious lesion"). What the section says holds only where no cue says otherwise.

    Args:
        cues: Categories of the cues.
        section: What the mention's section says of all it holds.

    Example:
        >>> qualify(["NEGATED", "POSSIBLE"], {}).assertion.value
        'negated'
    """
    reached = frozenset(cues)
    assertion = Assertion(section.get("assertion", Assertion.AFFIRMED))
    for cue in ("HYPOTHETICAL", "NEGATED", "POSSIBLE"):
        if cue in reached:
            assertion = Assertion(cue.lower())
            break
    experiencer = Experiencer(section.get("experiencer", Experiencer.PATIENT))
    for cue in ("FAMILY", "OTHER"):
        if cue in reached:
            experiencer = Experiencer(cue.lower())
            break
    temporality = Temporality(section.get("temporality", Temporality.CURRENT))
    for cue in ("HISTORICAL", "PLANNED"):
        if cue in reached:
            temporality = Temporality(cue.lower())
            break
    return Qualifiers(assertion, experiencer, temporality, reached)
