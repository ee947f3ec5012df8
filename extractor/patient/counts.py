"""How many metastases are left: the counts of all notes, read together (specification, section 4).

A site's count is what the newest imaging shows of it. Statements made since that imaging repeat or
refine it and are never added to it: places that differ add up, numbers for a whole site narrow each
other. A site that the imaging does not mention may have gone: [0, what it was]. Totals narrow the
sum of the sites; where they cannot be true together, nobody's word is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from extractor.language.numerals import ORDINALS
from extractor.patient.timeline import Case, corrects, moment
from extractor.records import Assertion, Experiencer, Fact, Finding, SetAside, Temporality

_CRANIAL = ("brain", "leptomeninges")
_BODY_STUDIES = {"body"}
_PARTLY = {
    "chest": {"lung", "pleura", "pericardium"},
    "abdomen": {"liver", "adrenal", "kidney", "spleen", "pancreas", "peritoneum"},
    "bone": {"bone"},
    "spine": set(),
}
"""Studies of a part of the body, and the organs that each of them shows as a whole."""
_ONE_RESTAGING = timedelta(days=14)
"""Studies of different parts that lie no further apart belong to one restaging."""
_BACKGROUND = {
    "diagnosis",
    "oncologic_history",
    "staging",
    "history_of_present_illness",
    "indication",
    "past_medical_history",
    "comparison",
    "treatment",
}
_PRIMARY_SITES = {"lung", "lymph_node_regional"}


@dataclass(frozen=True, slots=True)
class Interval:
    """A number of metastases, as an interval; ``high`` None has no upper bound."""

    low: int
    high: int | None

    def __add__(self, other: Interval) -> Interval:
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(self.low + other.low, high)

    def meet(self, other: Interval) -> Interval | None:
        """What both allow, or None when they contradict each other."""
        highs = [high for high in (self.high, other.high) if high is not None]
        low, high = max(self.low, other.low), min(highs) if highs else None
        return None if high is not None and low > high else Interval(low, high)


_ZERO = Interval(0, 0)


@dataclass(frozen=True, slots=True)
class _Region:
    """One of the two regions that are counted."""

    name: str
    sites: frozenset[str] | None

    def holds(self, finding: Finding) -> bool:
        region = finding.value.get("region")
        return region == self.name


def extracranial(case: Case) -> Fact:
    """The metastases outside the head, regional nodes left out."""
    return _fact(case, "extracranial")


def cranial(case: Case) -> Fact:
    """The metastases of the brain and the meninges."""
    return _fact(case, "cranial")


def _interval(finding: Finding) -> Interval:
    return Interval(int(finding.value["low"]), finding.value["high"])


def _about_patient(finding: Finding) -> bool:
    return finding.experiencer is Experiencer.PATIENT and finding.assertion in (Assertion.AFFIRMED, Assertion.NEGATED)


def _day(finding: Finding) -> date:
    return moment(finding) or date.min


def _counts(case: Case, region: str) -> list[Finding]:
    """The findings that tell of metastases in a region, lesions at known sites included."""
    told = [
        f
        for f in case.findings
        if f.concept in ("metastasis", "lesion")
        and _about_patient(f)
        and f.temporality is not Temporality.PLANNED
        and not f.context.get("other_tumour")
    ]
    known = {f.value["site"] for f in told if f.concept == "metastasis" and f.assertion is Assertion.AFFIRMED}
    if not known - {"unspecified", *_PRIMARY_SITES, *_CRANIAL} and _metastatic(case):
        # a patient with distant disease whose notes only ever say "lesion"
        known |= {f.value["site"] for f in told if f.concept == "lesion" and f.decides} - {
            "other",
            "pericardium",
            *_CRANIAL,
        }
    if known - {"unspecified", *_PRIMARY_SITES} or _metastatic(case):
        # what shrinks or grows under treatment is no cyst (in the primary's own region it may be the primary)
        known |= {f.value["site"] for f in told if f.context.get("responds") and f.decides} - _PRIMARY_SITES - {"other"}
    # what is chosen for ablative treatment is a metastasis, whatever word the notes have for it
    chosen = [f for f in case.findings if f.concept == "lat_amenability" and f.decides]
    known |= {site for f in chosen for site in (f.value.get("target"), *f.context.get("named", ()))} - {
        None,
        *_PRIMARY_SITES,
        *_CRANIAL,
    }
    known_places = {_place_key(name) for f in told if f.concept == "metastasis" for name in f.context.get("places", ())}
    kept = []
    for finding in told:
        if finding.concept == "lesion" and not _known(finding, known, known_places):
            continue
        if case.as_of and _day(finding) > case.as_of:
            continue
        if finding.value.get("region") == region:
            kept.append(finding)
    return kept


def _metastatic(case: Case) -> bool:
    """Whether the notes stage the patient as having distant metastases."""
    return any(
        f.decides
        and not f.value.get("other_tumour")
        and (
            (f.concept == "stage" and str(f.value.get("group", "")).startswith("IV"))
            or (f.concept == "tnm" and str(f.value.get("m") or "").startswith("1"))
        )
        for f in case.findings
    )


def _known(finding: Finding, sites: set[str], names: set[str]) -> bool:
    """Whether a lesion lies at a site, or at a place by its key, that the patient's notes call metastatic."""
    if finding.context.get("announced"):
        return True
    if finding.value["region"] == "cranial" and (
        finding.value["status"] == "resolved" or finding.assertion is Assertion.NEGATED
    ):
        return True
    site = finding.value["site"]
    if site not in sites:
        return False
    places = {_place_key(place) for place in finding.context.get("places", ())}
    if site == "lymph_node_distant" and not finding.context.get("responds"):
        return not _across(places, names)
    return site not in _PRIMARY_SITES or bool(places & names)


def _across(keys: set[str], known: set[str]) -> bool:
    """Whether all places are those of known metastases on the other side: nodes of the other axilla are none at once."""
    other = {" ".join(sorted({_OTHER_SIDE.get(word, word) for word in key.split()})) for key in keys}
    return bool(keys) and not keys & known and other != keys and other <= known


_OTHER_SIDE = {"left": "right", "right": "left"}


def _studies(case: Case, region: str) -> list[Finding]:
    wanted = {"head"} if region == "cranial" else {*_BODY_STUDIES, *_PARTLY}
    return [
        f
        for f in case.findings
        if f.concept == "imaging" and f.value["region"] in wanted and not (case.as_of and _day(f) > case.as_of)
    ]


def _fact(case: Case, region: str) -> Fact:
    told = _counts(case, region)
    studies = _studies(case, region)
    whole = [f for f in studies if region == "cranial" or f.value["region"] in _BODY_STUDIES]
    whole = [f for f in whole if f.value.get("dated") or f.value.get("clear") or _tells(told, f)]
    latest = max((_day(f) for f in whole if f.value.get("dated")), default=None) or max(
        (_day(f) for f in whole), default=None
    )
    set_aside = _set_aside(case, region)
    sites = sorted({f.value["site"] for f in told} - {"unspecified"})
    by_site: dict[str, Interval] = {}
    evidence: list[Finding] = []
    conflicts: list[Finding] = []
    for site in sites:
        own = [f for f in told if f.value["site"] == site]
        since = _latest_of(site, own, latest)
        again = _others_same(case, region, since)
        if again is not None:
            since = max((_day(f) for f in own if f.context.get("study") and _day(f) < again), default=since)
        count, used, clash = _site_count(own, since)
        if count is not None and since is not None and (more := _unseen(case, site, own, used, since)):
            told_since = any(_day(f) >= since for f in used)
            count = count + more if told_since else replace(count, low=max(count.low, more.low))
        conflicts.extend(clash)
        if count is not None:
            by_site[site] = count
            evidence.extend(used)
    closed = {
        f.value["site"]
        for f in told
        if f.context.get("closed") and f.assertion is Assertion.AFFIRMED and f.temporality is Temporality.CURRENT
        and latest is not None and _day(f) >= latest and not _is_background(f)
    }  # fmt: skip
    if closed:
        by_site = {site: count for site, count in by_site.items() if site in closed or _firm_at(told, site, latest)}
    totals = _totals(case, told, region, latest)
    nothing_else = [f for f in studies if f.value.get("nothing_else") and latest and _day(f) >= latest]
    clear = [f for f in studies if f.value.get("clear")]
    return _combined(case, region, by_site, evidence, conflicts, totals, clear, nothing_else, set_aside, latest)


def _others_same(case: Case, region: str, latest: date | None) -> date | None:
    """The day on which the newest study is said to show all else as the one before it did."""
    days = [_day(f) for f in _studies(case, region) if f.value.get("others_same") and latest and _day(f) >= latest]
    return max(days, default=None)


def _unseen(case: Case, site: str, own: Sequence[Finding], used: Sequence[Finding], since: date) -> Interval | None:
    """What was known at places of a site that the newest study did not look at."""
    outside = [
        f.value for f in case.findings
        if f.concept == "imaging" and f.value["region"] == "uncovered" and f.value["site"] == site and _day(f) >= since
    ]  # fmt: skip
    if not outside:
        return None
    seen = {place for f in used if f.context.get("study") and _day(f) >= since for place in _individual(f)}
    before = [
        f for f in own if _day(f) < since and f.assertion is Assertion.AFFIRMED and f.value["status"] != "resolved"
    ]
    held: list[Interval] = []
    for finding in sorted(before, key=_day, reverse=True):
        own_places = _individual(finding)
        hidden = [
            place
            for place in own_places
            if any(_lies_in(place, part) for part in outside) and not any(_same_place(place, one) for one in seen)
        ]
        if hidden and int(finding.value["low"]):
            count, others = _interval(finding), len(own_places) - len(hidden)
            low = max(len(hidden), count.low - others)
            held.append(Interval(low, None if count.high is None else max(low, count.high - others)))
            seen.update(hidden)
    total = _ZERO
    for count in held:
        total = total + count
    return total if held else None


def _lies_in(place: str, part: Mapping[str, Any]) -> bool:
    """Whether a place belongs to a part of the body ("left femoral shaft" to the legs), or is it."""
    if part.get("holds"):
        return any(re.match(str(part["holds"]), word) for word in place.split())
    return _same_place(place, _place_key(str(part["words"]).lower()))


def _tells(told: Sequence[Finding], study: Finding) -> bool:
    """Whether a study without a date of its own is told with a result, not only named."""
    return any(f.note_id == study.note_id and f.context.get("study") == study.value["region"] for f in told)


def _latest_of(site: str, own: Sequence[Finding], latest: date | None) -> date | None:
    """The day since when statements about one site count: a later study of a part of the body may show it as a whole."""
    partly = [
        _day(f)
        for f in own
        if f.temporality is Temporality.CURRENT and not _is_background(f) and site in _PARTLY.get(str(f.context.get("study")), ())
    ]  # fmt: skip
    return max([*partly, latest or date.min], default=None) if latest is not None else latest


def _firm_at(told: Sequence[Finding], site: str, latest: date | None) -> bool:
    """Whether a site that a list of all residual metastases leaves out is called metastatic all the same."""
    return any(
        f.value["site"] == site and f.concept == "metastasis" and f.decides and f.value["low"] and f.temporality is Temporality.CURRENT
        and f.context.get("study") and not _is_background(f) and (latest is None or _day(f) >= latest)
        for f in told
    )  # fmt: skip


def _is_background(finding: Finding) -> bool:
    """Whether a statement tells the disease's history: what was found at diagnosis."""
    if finding.context.get("staging") or finding.section in ("indication", "comparison", "technique"):
        return True
    return finding.section in _BACKGROUND and not finding.context.get("dated") and not finding.context.get("study")


def _site_count(own: Sequence[Finding], latest: date | None) -> tuple[Interval | None, list[Finding], list[Finding]]:
    """The count at one site, the findings it rests on, and those that contradict each other."""
    current = [f for f in own if f.temporality is Temporality.CURRENT]
    fresh = [f for f in current if latest is None or _day(f) >= latest]
    told_now = [f for f in fresh if not _is_background(f)] or ([f for f in fresh if f.context.get("study")])
    if not told_now and latest is not None:  # another study of the same restaging tells of it
        told_now = [
            f
            for f in current
            if f.context.get("study") and not _is_background(f) and _day(f) >= latest - _ONE_RESTAGING
        ]
    told_now = _not_superseded(told_now)
    if told_now and (known := _as_before(own, told_now)) is not None:
        return known, told_now, []
    if told_now and (left := _left_untold(own, told_now)) is not None:
        return left
    if told_now:
        return _report_first(told_now)
    older = [f for f in own if f not in told_now and f.assertion is Assertion.AFFIRMED]
    if not older:
        negated = [f for f in current if f.assertion is Assertion.NEGATED]
        return (_ZERO, negated[-1:], []) if negated else (None, [], [])
    last_day = max(_day(f) for f in older)
    newest = [f for f in older if _day(f) == last_day]
    current_newest = [f for f in newest if f.temporality is Temporality.CURRENT] or newest
    count, used, clash = _read_together(current_newest)
    if count is None:
        return None, used, clash
    imaged_since = latest is not None and (
        last_day < latest or all(_is_background(f) or f.temporality is Temporality.HISTORICAL for f in newest)
    )
    if imaged_since:
        return Interval(0, count.high), used, []
    return count, used, clash


def _as_before(own: Sequence[Finding], told_now: Sequence[Finding]) -> Interval | None:
    """The number told before, where a report now has no number but says that it is the same."""
    if not any(f.context.get("same") for f in told_now) or any(
        _is_numbered(f) or f.context.get("places") for f in told_now
    ):
        return None
    first = min(_day(f) for f in told_now)
    before = [f for f in own if _day(f) < first and f.assertion is Assertion.AFFIRMED and not _is_background(f)]
    if not before:
        return None
    newest = max(_day(f) for f in before)
    count, _, _ = _read_together([f for f in before if _day(f) == newest])
    return count


def _not_superseded(findings: Sequence[Finding]) -> list[Finding]:
    """Statements without the places that a later day or a correction says to be free."""
    kept: list[Finding] = []
    for finding in findings:
        if finding.assertion is not Assertion.AFFIRMED or not int(finding.value["low"]):
            kept.append(finding)
            continue
        own = _individual(finding)
        later = [f for f in findings if _is_later(f, finding)]
        if any(f.note_id != finding.note_id and _day(f) > _day(finding) and _clears_site(f) for f in later):
            continue  # "hepatic metastases: both gone"
        free = {place for f in later if _frees(f) for place in _individual(f)}
        lost = [place for place in own if any(_same_place(place, one) for one in free)]
        if not own and finding.context.get("explicit"):  # a number for the whole site, and one of these was none
            listed = {
                place for f in findings if f.note_id == finding.note_id and f is not finding and int(f.value["low"])
                and not _is_later(f, finding) for place in _individual(f)
            }  # fmt: skip
            freed = {
                p for f in later if (_corrects(f) or f.context.get("refuted")) and _frees(f) for p in _individual(f)
            }
            lost = [place for place in listed if any(_same_place(place, one) for one in freed)]
            if any(_corrects(f) and int(f.value["low"]) and f.context.get("explicit") for f in later):
                lost = []
        if not lost:
            kept.append(finding)
        elif (lowered := _lowered(finding, own, lost)) is not None:
            kept.append(lowered)
    return kept


def _is_later(one: Finding, other: Finding) -> bool:
    """Whether a statement has the last word over another: of a later day, or a correction of it."""
    if _corrects(one) != _corrects(other):
        return _corrects(one) and (_day(one) >= _day(other) or one.note_id == other.note_id)
    return _day(one) > _day(other)


def _corrects(finding: Finding) -> bool:
    return corrects(finding) or bool(finding.context.get("corrects"))


def _frees(finding: Finding) -> bool:
    """Whether a statement says that nothing metastatic is at its places."""
    zero = finding.assertion is Assertion.NEGATED or finding.value["status"] == "resolved"
    return zero and bool(finding.context.get("places")) and not finding.context.get("new")


def _clears_site(finding: Finding) -> bool:
    """Whether a report says that all metastases of its site have gone."""
    return (
        finding.value["status"] == "resolved"
        and finding.concept == "metastasis"
        and finding.rule.startswith("metastasis")
        and finding.assertion is Assertion.AFFIRMED
        and not any(finding.context.get(key) for key in ("places", "rest", "new", "another", "further", "at"))
    )


def _lowered(finding: Finding, own: Sequence[str], lost: Sequence[str]) -> Finding | None:
    """A statement without some of its places; None when nothing is left of it."""
    count = _interval(finding)
    left = max(0, count.low - len(lost))
    if left == 0:
        return None
    high = None if count.high is None else max(left, count.high - len(lost))
    names = tuple(place for place in own if place not in lost)
    value = {**finding.value, "low": left, "high": high}
    return replace(finding, value=value, context={**finding.context, "places": names})


def _left_untold(
    own: Sequence[Finding], told_now: Sequence[Finding]
) -> tuple[Interval, list[Finding], list[Finding]] | None:
    """What may be left where only single places are now said to be free: the others, if still there."""
    if any(int(f.value["low"]) or not f.context.get("places") for f in told_now):
        return None
    free = {place for f in told_now for place in _individual(f)}
    placed = _placed(f for f in own if f not in told_now and f.assertion is Assertion.AFFIRMED and int(f.value["low"]))
    others = [count for place, count in placed.items() if not any(_same_place(place, one) for one in free)]
    if not others:
        return None
    high = _ZERO
    for count in others:
        high = high + count
    return Interval(0, high.high), list(told_now), []


def _report_first(findings: Sequence[Finding]) -> tuple[Interval | None, list[Finding], list[Finding]]:
    """What the imaging says; what the notes since then say of it may narrow it, never contradict it."""
    listed = [
        f for f in findings if f.context.get("closed") and f.context.get("study") and f.value["low"] == f.value["high"]
    ]
    if listed and len(listed) < len(findings):  # a report's own list of what is left outranks its details
        count, used, clash = _read_together(listed)
        if count is not None and not clash:
            return count, used, []
    reported = [f for f in findings if f.context.get("study") or _corrects(f)]
    retold = [f for f in findings if not (f.context.get("study") or _corrects(f))]
    if not reported or not retold:
        return _read_together(findings)
    count, used, clash = _read_together(reported)
    again, more, _ = _read_together(retold)
    if count is None:
        return (again, more, []) if not clash else (None, used, clash)
    if again is None or (met := count.meet(again)) is None:
        return count, used, clash
    together, all_used, _ = _read_together(findings)
    if together is not None and together.low <= met.low:
        return together, all_used, []
    return met, [*used, *more], []


def _read_together(findings: Sequence[Finding]) -> tuple[Interval | None, list[Finding], list[Finding]]:
    """Statements about one site at one time: repeats narrow, different places add up."""
    corrected = [f for f in findings if _corrects(f) and not f.context.get("new")]
    counted = any(int(f.value["low"]) and _counts_whole(f) for f in corrected)
    denied = any(f.assertion is Assertion.NEGATED and not f.context.get("places") for f in corrected)
    if counted or (denied and not any(int(f.value["low"]) for f in corrected)):
        findings = corrected
    positive = [f for f in findings if f.assertion is Assertion.AFFIRMED and f.value["status"] != "resolved"]
    if not positive:
        zero = [f for f in findings if not f.context.get("new") and not f.context.get("rest")]
        return (_ZERO, list(zero), []) if zero else (None, [], [])
    positive = _one_by_one(positive)
    placed = _placed(_told_once(positive))
    whole = [f for f in positive if _is_numbered(f) or not f.context.get("places")]
    placed_sum: Interval | None = None
    if placed:
        placed_sum = _sum(placed.values())
    numbered = [f for f in whole if _is_numbered(f)]
    more = [f for f in numbered if f.context.get("further")]
    if more and placed_sum is not None:  # "targets: …; further liver metastases, many"
        listed: Interval | None = _sum([placed_sum, *map(_interval, more)])
        for finding in numbered:
            if finding not in more and listed is not None:  # the impression counts them all
                listed = listed.meet(_interval(finding))
        if listed is not None:
            return listed, positive, []
    exact: Interval | None = None
    for finding in numbered:
        count = _interval(finding)
        if exact is None:
            exact = count
            continue
        met = exact.meet(count)
        if met is None:
            return _apart(findings, numbered, placed_sum)
        exact = met
    if exact is not None and placed_sum is not None:
        met = exact.meet(placed_sum)
        if met is not None:
            return met, positive, []
        own_count = [f for f in numbered if f.context.get("remaining") and f.context.get("study")]
        if own_count and any(f.section == "impression" for f in own_count):
            return exact, positive, []  # the report's own count of what is left outranks the places it lists
        if placed_sum.high is not None and placed_sum.high < exact.low:
            return exact, positive, []
        return placed_sum, positive, []
    if exact is not None:
        return exact, positive, []
    if placed_sum is not None:
        return placed_sum, positive, []
    result = _interval(whole[0])
    for finding in whole[1:]:
        result = result.meet(_interval(finding)) or result
    return result, positive, []


def _is_numbered(finding: Finding) -> bool:
    """Whether a statement has a number for its whole site, not for one place in it."""
    return bool(finding.context.get("explicit")) and not finding.context.get("at")


def _counts_whole(finding: Finding) -> bool:
    """Whether a statement counts all that there is at its site, and does not add to or confirm single places."""
    return bool(finding.context.get("explicit") or not finding.context.get("places") or len(_individual(finding)) > 1)


def _apart(
    findings: Sequence[Finding], numbered: Sequence[Finding], placed_sum: Interval | None
) -> tuple[Interval | None, list[Finding], list[Finding]]:
    """Numbers that cannot all be true: a list of places, a report before a letter, or nobody."""
    if placed_sum is not None and any(_interval(f).meet(placed_sum) for f in numbered):
        return placed_sum, list(numbered), []
    reported = [f for f in numbered if f.context.get("study")]
    for group in (reported, numbered):
        days = {_day(f) for f in group}
        if len(days) > 1:
            newest = [f for f in group if _day(f) == max(days)]
            return _read_together(newest)
    if reported and len(reported) < len(numbered):
        return _read_together(reported)
    disjoint = [set(f.context.get("places", ())) for f in numbered]
    if all(disjoint) and len(set().union(*disjoint)) == sum(map(len, disjoint)):
        result = _ZERO
        for finding in numbered:
            result = result + _interval(finding)
        return result, list(numbered), []
    return None, [], list(numbered)


def _one_by_one(findings: Sequence[Finding]) -> list[Finding]:
    """Findings, those of one lesion in a place of its own read as that place's where others lie elsewhere.

    "One metastasis in the vermis" beside "a metastasis of the left frontal lobe" is no number of all.
    """
    names = [{_place_key(name) for name in f.context.get("places", ())} for f in findings]

    def elsewhere(number: int) -> bool:
        own = names[number]
        return any(
            other and not any(_same_place(a, b) for a in own for b in other)
            for place, other in enumerate(names)
            if place != number
        )

    return [
        replace(f, context={**f.context, "explicit": False, "either": _interval(f) != Interval(1, 1)})
        if f.context.get("explicit")
        and len(names[number]) == 1
        and _interval(f) in (Interval(1, 1), Interval(1, 2))
        and elsewhere(number)
        else f
        for number, f in enumerate(findings)
    ]


def _told_once(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Findings without what the impression of a report repeats in other words ("frontal lobe", "precentral gyrus")."""
    placed = [f for f in findings if f.context.get("places") and not _is_numbered(f)]
    repeats: list[Finding] = []
    for note in {f.note_id for f in placed}:
        own = [f for f in placed if f.note_id == note and f.context.get("study")]
        again = [f for f in own if f.section == "impression"]
        first = [f for f in own if f.section == "findings"]
        if first and again:
            fewer = again if _sum(_placed(first).values()).low >= _sum(_placed(again).values()).low else first
            repeats.extend(fewer)
    return [f for f in findings if not any(f is repeat for repeat in repeats)]


def _sum(counts: Iterable[Interval]) -> Interval:
    total = _ZERO
    for count in counts:
        total = total + count
    return total


def _placed(findings: Iterable[Finding]) -> Mapping[str, Interval]:
    """The count at each place of its own ("left adrenal", "t4 t6"), one place once."""
    places: dict[str, Interval] = {}
    for finding in findings:
        names = tuple(finding.context.get("places", ()))
        if not names or _is_numbered(finding):
            continue
        single = _individual(finding)
        count = _interval(finding)
        if finding.context.get("another"):
            places[f"{' '.join(single)} {len(places)}"] = count
            continue
        if len(single) == count.low == count.high:
            told = [(key, Interval(1, 1)) for key in single]
        else:
            told = [(single[0] if len(single) == 1 else " ".join(sorted({_place_key(name) for name in names})), count)]
        for key, here in told:
            same = [known for known in places if known == key or _same_place(key, known)]
            known_sum = sum(places[known].low for known in same)
            if same and finding.context.get("either") and known_sum == 1:
                places[same[0]] = here  # "a focus with a waist: one metastasis or two"
                continue
            if same and (here.low <= known_sum or (here.high is None and all(_is_exact(places[k]) for k in same))):
                continue
            for known in same:
                del places[known]
            places[key] = here
    return places


_SEGMENT_NAME = re.compile(r"(?:segments?|segm?s?|sgs?|s)\b ?|s(?=\d)", re.I)
_SEGMENT = re.compile(r"\b(?:s ?)?(?:(\d)|(i{1,3}|iv|vi{0,3}))([ab])?\b")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
_RIB_NUMBER = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b")


def _individual(finding: Finding) -> list[str]:
    """The keys of the single places that a statement names: "T5, T11" are two, "segments 4 and 6", "both adrenals"."""
    keys: list[str] = []
    for name in finding.context.get("places", ()):
        site = finding.value["site"]
        segments = [f"segm {m[1] or _ROMAN[m[2]]} {m[3] or ''}".strip() for m in _SEGMENT.finditer(name)]
        words = " ".join(_NUMERALS.get(word, word) for word in name.split())
        if site == "liver" and segments and (_SEGMENT_NAME.match(name) or _SEGMENT.match(name)):
            keys.extend(" ".join(sorted(key.split())) for key in segments)
        elif site == "bone" and "rib" in name and len(re.findall(r"\d+", words)) > 1:
            rest = re.sub(r"\band\b|\d+(?:st|nd|rd|th)?", " ", words)
            numbers = _RIB_NUMBER.findall(words)
            keys.extend(_place_key(f"{rest} {number}") for number in numbers)
        elif site == "bone" and re.fullmatch(r"[ctls]\d{1,2}(?: [ctls]\d{1,2})+", name):
            keys.extend(name.split())
        elif site in ("adrenal", "kidney") and re.match(r"(?:both|bilateral) |adrenals|kidneys", name):
            keys.extend(_place_key(f"{side} {site}") for side in ("left", "right"))
        else:
            keys.append(_place_key(name))
    return list(dict.fromkeys(keys))


_LOBES = {"rul": "right upper", "rml": "right middle", "rll": "right lower", "lul": "left upper", "lll": "left lower"}
_NUMERALS = {word: str(number) for word, number in ORDINALS.items()}
_ONE_SPELLING = (
    (re.compile(r"\b(?:rt|r)\b"), "right"),
    (re.compile(r"\b(?:lt|l)\b(?! ?\d)"), "left"),
    (re.compile(r"\b(?:th|d|bwk|t) ?(\d)"), r"t\1"),
    (re.compile(r"\b(?:lwk|l) ?(\d)"), r"l\1"),
    (re.compile(r"\b(?:segments?|segs?|sg)\b ?"), "segment "),
    (re.compile(r"\b(\d+)(?:st|nd|rd|th)\b"), r"\1"),
    (re.compile(r"\b(?:costa|costal)\b"), "rib"),
    (re.compile(r"\b(?:renal|kidneys)\b"), "kidney"),
    (re.compile(r"\b(?:suprarenals?|adrenals)\b"), "adrenal"),
    (re.compile(r"\bfemur\b"), "femoral"),
    (
        re.compile(
            r"\b(?:os|bones?|body|bodies|vertebral?|vertebrae?|gland|lobe|lung|pulmonary|of|the|corpus|region|and|known)\b"
        ),
        " ",
    ),
)


def _place_key(name: str) -> str:
    """One spelling of a place: sides, vertebrae, ribs and lobes as notes variously write them."""
    for short, long in _LOBES.items():
        name = re.sub(rf"\b{short}\b", long, name)
    for word, digit in _NUMERALS.items():
        name = re.sub(rf"\b{word}\b", digit, name)
    for pattern, spelling in _ONE_SPELLING:
        name = pattern.sub(spelling, name)
    return " ".join(
        sorted(
            {
                word[:4] if len(word) > 4 and word not in ("right",) else word
                for word in re.findall(r"[a-z]+\d*|\d+[a-z]*", name)
            }
        )
    )


def _same_place(one: str, other: str) -> bool:
    """Whether two names mean one place: one says no more than the other ("rib", "left rib")."""
    a, b = set(one.split()), set(other.split())
    sides = {"left", "right"}
    if (a & sides) and (b & sides) and (a & sides) != (b & sides):
        return False
    return a <= b or b <= a


def _totals(case: Case, told: Sequence[Finding], region: str, latest: date | None) -> list[Finding]:
    """Statements about a region as a whole, made since it was last imaged."""
    totals = [
        f
        for f in case.findings
        if f.concept == "metastasis" and f.value["site"] == "unspecified" and _about_patient(f) and f.temporality is Temporality.CURRENT
        and f.value.get("region") in (region, None) and not (case.as_of and _day(f) > case.as_of)
        and (latest is None or _day(f) >= latest) and not f.context.get("new")
        and not (f.context.get("kind") and f.assertion is Assertion.NEGATED)
    ]  # fmt: skip
    corrected = [f for f in totals if _corrects(f) and f.context.get("explicit") and int(f.value["low"])]
    if corrected:  # the number that replaces those before
        totals = [f for f in totals if f in corrected or not f.context.get("explicit") or _day(f) > _day(corrected[-1])]
    if region == "cranial":
        return [f for f in totals if f.value.get("region") == "cranial"]
    return [f for f in totals if f.context.get("study") != "head"]


def _set_aside(case: Case, region: str) -> tuple[SetAside, ...]:
    reasons = []
    for finding in case.findings:
        if finding.concept != "metastasis" or finding.value.get("region") != region:
            continue
        if finding.assertion is Assertion.POSSIBLE:
            reasons.append(SetAside(finding, "only possible: it changes no count"))
        elif finding.assertion is Assertion.HYPOTHETICAL:
            reasons.append(SetAside(finding, "hypothetical: a condition or a trial's own wording"))
        elif finding.experiencer is not Experiencer.PATIENT:
            reasons.append(SetAside(finding, "about somebody else"))
        elif finding.temporality is Temporality.HISTORICAL:
            reasons.append(SetAside(finding, "told of an earlier time"))
    return tuple(reasons)


def _combined(
    case: Case,
    region: str,
    by_site: Mapping[str, Interval],
    evidence: list[Finding],
    conflicts: Sequence[Finding],
    totals: Sequence[Finding],
    clear: Sequence[Finding],
    nothing_else: Sequence[Finding],
    set_aside: tuple[SetAside, ...],
    latest: date | None,
) -> Fact:
    notes: dict[str, object] = {}
    if conflicts:
        return Fact(
            set_aside=set_aside, conflicts=tuple(conflicts), hint="the notes contradict each other on the number"
        )
    if nothing_else:
        by_site = {s: (_ZERO if count.low == 0 else count) for s, count in by_site.items()}
    total = _ZERO
    for count in by_site.values():
        total = total + count
    positive = {site: count for site, count in by_site.items() if count != _ZERO}
    negative_totals = [f for f in totals if f.assertion is Assertion.NEGATED or f.value["status"] == "resolved"]
    numbers = [
        f
        for f in totals
        if f.assertion is Assertion.AFFIRMED and f.value["status"] != "resolved" and f.context.get("explicit")
    ]
    doubtful = [
        f
        for f in case.findings
        if region == "cranial" and f.concept in ("metastasis", "lesion") and f.assertion is Assertion.POSSIBLE and f.value.get("region") == region
        and f.experiencer is Experiencer.PATIENT and f.context.get("study") == "head" and not _is_background(f) and (latest is None or _day(f) >= latest)
    ]  # fmt: skip
    denied = [
        f for f in evidence
        if f.concept == "metastasis" and (f.assertion is Assertion.NEGATED or (f.value["status"] == "resolved" and f.context.get("explicit")))
    ]  # fmt: skip
    if doubtful and not positive and not denied:
        return Fact(set_aside=set_aside, hint="the head shows nothing but an indeterminate focus")
    fresh_clear = [f for f in clear if latest is None or _day(f) >= latest]
    if not positive and (negative_totals or (region == "cranial" and (fresh_clear or by_site))):
        evidence = [*evidence, *negative_totals, *fresh_clear]
        days = [_day(f) for f in evidence if moment(f)]
        if region == "cranial" and days:
            notes["negative_scan_date"] = max(days)
        return Fact({"low": 0, "high": 0, "by_site": {}}, tuple(evidence), set_aside, notes=notes)
    if region == "cranial" and positive and fresh_clear and all(count.low == 0 for count in positive.values()):
        notes["negative_scan_date"] = max(_day(f) for f in fresh_clear)
        return Fact({"low": 0, "high": 0, "by_site": {}}, (*fresh_clear,), set_aside, notes=notes)
    if negative_totals and positive and all(count.low == 0 for count in positive.values()):
        return Fact({"low": 0, "high": 0, "by_site": {}}, tuple(negative_totals), set_aside, notes=notes)
    if not by_site and not numbers:
        return Fact(set_aside=set_aside)
    firm = [f for f in evidence if f.concept == "metastasis" and f.decides and f.value["low"]]
    denied_all = [
        f
        for f in negative_totals
        if f.assertion is Assertion.NEGATED and f.value["status"] != "resolved" and f.context.get("study")
    ]
    if positive and region == "extracranial" and not firm and not numbers and denied_all:
        return Fact({"low": 0, "high": 0, "by_site": {}}, tuple(negative_totals), set_aside, notes=notes)
    gone = [f for f in evidence if f.value["status"] == "resolved" and f.context.get("study") in _BODY_STUDIES]
    if not positive and not numbers and gone:
        return Fact({"low": 0, "high": 0, "by_site": {}}, tuple(_unique(evidence)), set_aside)
    if not positive and not numbers and region == "extracranial":
        return Fact(set_aside=set_aside, hint="only single sites are said to be free")
    for finding in numbers:
        narrowed = total.meet(_interval(finding)) if by_site else _interval(finding)
        counted = finding.context.get("remaining") and finding.context.get("study") and finding.section == "impression"
        if narrowed is None and (finding.section == "addendum" or counted or _corrects(finding)):
            total, evidence = _interval(finding), [*evidence, finding]  # the report's own count, or its correction
            continue
        if narrowed is None and finding.context.get("remaining") and by_site and _is_exact(total):
            return Fact(
                set_aside=set_aside,
                conflicts=(*_unique(evidence), finding),
                hint="the notes contradict each other on the number",
            )
        if (narrowed is not None and finding.value.get("region") is not None) or (
            narrowed is not None and total.low <= narrowed.low and (not positive or narrowed != total)
        ):
            total, evidence = narrowed, [*evidence, finding]
    if "leptomeninges" in positive and positive["leptomeninges"].low:
        notes["leptomeningeal"] = True
    value = {
        "low": total.low,
        "high": total.high,
        "by_site": {site: {"low": c.low, "high": c.high} for site, c in positive.items()},
    }
    return Fact(value, tuple(_unique(evidence)), set_aside, notes=notes)


def _is_exact(count: Interval) -> bool:
    return count.low == count.high


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without repeats, by identity of place (their values cannot be hashed)."""
    seen: set[tuple[str, int, int, str]] = set()
    unique = []
    for finding in findings:
        key = (finding.note_id, finding.start, finding.end, finding.rule)
        if key not in seen:
            seen.add(key)
            unique.append(finding)
    return unique
