"""First-line systemic therapy and how the disease responded to it: line, cycles, months, response."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from extractor.patient.timeline import Case, Weighed, conflict, in_order, moment, newest, settle
from extractor.records import Fact, Finding, SetAside

DAYS_A_MONTH = 30.44
CURATIVE = frozenset({"adjuvant", "neoadjuvant", "definitive"})
"""Settings of systemic therapy that is no first line of stage IV."""
_PASS = frozenset({"PR", "SD"})
_BODY = frozenset({"body", "chest", "abdomen"})
_RECENT = timedelta(days=42)
"""A note speaks of a scan as the present one within so many days."""
_GIVEN_AGO = timedelta(days=7)
"""A cycle given so long ago is a completed one."""
_REPORT = re.compile(r"radiolog|imaging|\b(?:ct|pet|mri?|scan)\b")
"""The types of notes whose date is that of the study they report."""
_OF_THERAPY = frozenset({"systemic_therapy", "therapy_cycles", "therapy_duration", "lat_amenability", "local_therapy"})
"""Concepts whose days are those of doses or of meetings, in whatever report they stand."""
_PARTS = frozenset({"target", "non_target", "former", "cranial"})


@dataclass(frozen=True, slots=True)
class Course:
    """The course of systemic therapy of the advanced disease.

    Attributes:
        line: The highest line that was begun, or None when no therapy is told.
        start: The day of the first dose of the first line, where it is known to the day.
        next_line: The first day on which a later line is told to have begun, or None.
        agents: The agents of the first line.
        later_agents: Those of later lines.
        evidence: The findings that the line rests on.
        started_by: The findings that give the first dose.
        left: Findings that were set aside.
    """

    line: int | None = None
    start: date | None = None
    next_line: date | None = None
    agents: frozenset[str] = frozenset()
    later_agents: frozenset[str] = frozenset()
    evidence: tuple[Finding, ...] = ()
    started_by: tuple[Finding, ...] = ()
    left: tuple[SetAside, ...] = ()


def course(case: Case) -> Course:
    """Read the course of systemic therapy out of the findings.

    Adjuvant, neoadjuvant and definitive therapy is none of the advanced disease. Therapy whose line
    nobody tells is of the first line, unless it was begun with new agents after a named progression:
    that is a second line, whatever it is called.
    """
    weighed = _with_plans_kept(case, case.weigh("systemic_therapy", historical=True)).drop(_curative)
    counted = case.weigh("therapy_cycles", historical=True).drop(_curative)
    radical = _of_radical_therapy(case)
    weighed, cycles = weighed.drop(radical), counted.drop(radical).kept
    numbered = [f for f in (*weighed.kept, *cycles) if (f.value.get("line") or 0) > 1]
    switched = [] if numbered else _switched(case, weighed.kept)
    later = numbered or switched
    named_first = _agents(f for f in weighed.kept if f.value.get("line") == 1)
    later_agents = _agents(later) - named_first
    first = [f for f in weighed.kept if f not in later and not _of_agents(f, later_agents)]
    told = [f for f in first if f.value.get("line")] or first or [f for f in cycles if f not in later]
    started_by = _first_dose(first, [f for f in cycles if f not in later and not _of_agents(f, later_agents)])
    return Course(
        line=max((int(f.value.get("line") or 2) for f in later), default=1 if told else None),
        start=_first_day(started_by[0]) if started_by else None,
        next_line=_next_line(later),
        agents=_agents(first) - later_agents,
        later_agents=later_agents,
        evidence=tuple(later or told),
        started_by=started_by,
        left=weighed.left,
    )


def _with_plans_kept(case: Case, weighed: Weighed) -> Weighed:
    """Therapy planned to begin on a day, kept where a later note tells that the drug is given."""
    kept = []
    for item in weighed.left:
        plan = item.finding
        day = plan.date if plan.value.get("event") == "start" and plan.temporality == "planned" else None
        firm = plan.assertion == "affirmed" and plan.experiencer == "patient"
        if not (day and firm and (case.as_of is None or day <= case.as_of)):
            continue
        if any(_agents([plan]) & _agents([f]) and (f.note_date or day) >= day for f in weighed.kept):
            kept.append(plan)
    if not kept:
        return weighed
    left = tuple(item for item in weighed.left if item.finding not in kept)
    return Weighed(in_order([*weighed.kept, *kept]), left)


def _of_radical_therapy(case: Case) -> Callable[[Finding], str | None]:
    """Why a therapy is that of the chemoradiotherapy: the same agents, where no line is told."""
    therapies = case.weigh("systemic_therapy", historical=True).kept
    radical = [_agents([f]) for f in therapies if f.value.get("setting") == "definitive" and f.value.get("agents")]
    if any(f.value.get("line") for f in therapies):
        radical = []

    def reason(finding: Finding) -> str | None:
        same = finding.value.get("line") is None and _agents([finding]) in radical
        return "the agents of the chemoradiotherapy, no first line of stage IV" if same else None

    return reason


def _next_line(later: Sequence[Finding]) -> date | None:
    """The day on which a later line began, else the first on which a note tells of it."""
    begun = [f.date for f in later if f.value.get("event") == "start" and f.date]
    return min(begun or (day for day in map(moment, later) if day), default=None)


def _first_day(finding: Finding) -> date | None:
    """The day of the first dose that a finding gives."""
    told = finding.value.get("first_day")
    return date.fromisoformat(str(told)) if told else finding.date


def _agents(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(agent for finding in findings for agent in finding.value.get("agents") or ())


def _of_agents(finding: Finding, agents: frozenset[str]) -> bool:
    """Whether a finding whose line is not told names no other agents than these."""
    own = _agents([finding])
    return finding.value.get("line") is None and bool(own) and own <= agents


def _switched(case: Case, therapies: Sequence[Finding]) -> list[Finding]:
    """Therapies begun with new agents after a progression that a note names."""
    progressed = [f for f in case.weigh("response", historical=True).kept if _is_progression(f)]
    for day in sorted(day for day in map(moment, progressed) if day):
        before = _agents(f for f in therapies if (told := moment(f)) and told < day)
        after = [f for f in therapies if (told := moment(f)) and told > day and f.value.get("line") is None]
        new = [f for f in after if (own := _agents([f])) and not own & before]
        if before and any(f.value.get("event") == "start" for f in new):
            return new
    return []


def _is_progression(finding: Finding) -> bool:
    told = finding.value.get("explicit") and finding.value.get("category") == "PD"
    return bool(told) and _part_of_the_disease(finding) is None


def _first_dose(therapies: Sequence[Finding], cycles: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that give the day of the first dose; none where only its month is known."""
    starts = [f for f in therapies if _is_start(f) and not f.value.get("maintenance")]
    starts += [f for f in cycles if (f.value.get("first_day") or _is_first_cycle(f)) and not f.value.get("maintenance")]
    first = min((day for day in map(_first_day, starts) if day), default=None)
    months = [str(month) for f in therapies if (month := f.value.get("start_month"))]
    if first is None or any(month < f"{first:%Y-%m}" for month in months):
        return ()
    return tuple(f for f in starts if _first_day(f) == first)


def _is_start(finding: Finding) -> bool:
    """Whether a start is told, or the first line stands in a dated line of a history."""
    earlier = finding.date != finding.note_date  # the date of the visit is no start
    in_history = finding.context.get("dated") and not finding.context.get("study") and earlier
    return finding.value.get("event") == "start" or bool(finding.value.get("line") == 1 and in_history)


def _is_first_cycle(finding: Finding) -> bool:
    """Whether a finding is the first cycle, given on a day of its own ("C1 10 Feb")."""
    only_a_month = finding.context.get("dated") is False and not finding.value.get("first_day")  # "1/2025: C1"
    return finding.value.get("completed") == 1 and finding.date != finding.note_date and not only_a_month


def _curative(finding: Finding) -> str | None:
    setting = finding.value.get("setting")
    return f"{setting} therapy is no first line of stage IV" if setting in CURATIVE else None


def _outside_first_line(course: Course) -> Callable[[Finding], str | None]:
    """Why a finding is not of the first line: it is told of another line, or it came after it."""

    def reason(finding: Finding) -> str | None:
        number = finding.value.get("line")
        day = moment(finding)
        ends_it = day is not None and day == course.next_line and _is_progression(finding)
        if number is not None and number > 1 and not ends_it:
            return f"of line {number}, not of the first line"
        if _of_agents(finding, course.later_agents) and not ends_it:
            return "of a later line, not of the first line"
        named = number is not None or bool(_agents([finding]) & course.agents)
        if not named and course.next_line and (day is None or day >= course.next_line) and not ends_it:
            return "told after a later line began"
        of_scan = finding.context.get("study") and finding.concept != "response"  # the scan's day, not the therapy's
        told_on = finding.date if finding.context.get("dated") and not of_scan else None
        if told_on and course.start and told_on < course.start:
            return "before the first line began"
        return None

    return reason


def line(case: Case, course: Course) -> Fact:
    """The highest line of systemic therapy begun; ``counted_in_cycles`` tells how the first is told."""
    counted = _first_line_cycles(case, course).drop(_first_dose_only(case)).kept
    notes = {"counted_in_cycles": bool(counted)}
    return Fact(course.line, course.evidence, course.left, notes=notes)


def _first_line_cycles(case: Case, course: Course) -> Weighed:
    weighed = case.weigh("therapy_cycles", historical=True).drop(_curative).drop(_maintenance)
    weighed = weighed.drop(_of_radical_therapy(case))
    return weighed.drop(_outside_first_line(course))


def _maintenance(finding: Finding) -> str | None:
    return "maintenance does not count" if finding.value.get("maintenance") else None


def _first_dose_only(case: Case) -> Callable[[Finding], str | None]:
    """The day of a first cycle long ago tells when therapy began, not how many cycles were given."""

    def reason(finding: Finding) -> str | None:
        day = finding.date
        old = day is not None and case.as_of is not None and case.as_of - day > _RECENT
        return "the first dose, not a count" if old and _is_first_cycle(finding) else None

    return reason


def _not_a_count(finding: Finding) -> str | None:
    return "no number completed" if finding.value.get("completed") is None else None


def _by_now(case: Case, finding: Finding) -> Finding:
    """A cycle that an older note tells as given that day was completed, unless a later note counts them anew."""
    begun, day = finding.value.get("begun"), finding.note_date
    if not begun or day is None or case.as_of is None or case.as_of - day < _GIVEN_AGO:
        return finding
    later = [f for f in case.findings if f.concept == "therapy_cycles" and f.note_date and f.note_date > day]
    return finding if any(f.decides for f in later) else replace(finding, value={**finding.value, "completed": begun})


def cycles(case: Case, course: Course) -> Fact:
    """The cycles of the first-line regimen that are completed, maintenance not included.

    Cycles only add up, so the highest number told has the last word. An uncertain number above all
    certain ones leaves the fact empty, marked ``uncertain``.
    """
    weighed = _first_line_cycles(case, course).drop(_first_dose_only(case)).drop(_not_a_count)
    weighed = Weighed(tuple(_by_now(case, finding) for finding in weighed.kept), weighed.left)
    if not weighed.kept:
        unsure = [item.finding for item in weighed.left if item.finding.value.get("uncertain")]
        return Fact(set_aside=weighed.left, notes={"uncertain": True} if unsure else {})
    most = max(finding.value["completed"] for finding in weighed.kept)
    top = weighed.drop(lambda f: f"fewer than {most}, told earlier" if f.value["completed"] < most else None)
    if all(finding.value.get("uncertain") for finding in top.kept):
        hint = f"the number of cycles is uncertain: {top.kept[-1].text}"
        return Fact(set_aside=top.left, conflicts=top.kept, notes={"uncertain": True}, hint=hint)
    return settle(top, lambda finding: finding.value["completed"])


def response(case: Case, course: Course) -> Fact:
    """The newest named category of the overall response under first-line therapy and maintenance.

    Of one day the overall response decides. RECIST and PERCIST that differ are no conflict while both
    would pass; then the RECIST category is the fact. Categories that no note names are a hint only.
    """
    told = case.weigh("response", historical=bool(course.next_line))
    weighed = _on_their_scans(case, told).drop(_superseded(course)).drop(_outside_first_line(course)).drop(_curative)
    if (course.line or 1) > 1:
        weighed = weighed.drop(_after_progression(weighed.kept))
    if course.line is None and _treated_for_cure_only(case):
        weighed = weighed.drop(lambda f: "under treatment for cure, not under a first line of stage IV")
    suggested = weighed.drop(lambda f: "a category is named" if f.value.get("explicit") else None).kept
    named = weighed.drop(lambda f: None if f.value.get("explicit") else "suggested only, no category named")
    last = newest(named)
    overall = [finding for finding in last.kept if finding.value.get("scope") == "overall"]
    if overall:
        last = last.keep(overall, "the overall response decides")
    notes: dict[str, Any] = {}
    if suggested:
        notes["hint"] = newest(Weighed(suggested)).kept[-1].value.get("category")
    if not last.kept:
        hint = f"no category is named, only: {suggested[-1].text}" if suggested else None
        return Fact(set_aside=last.left, notes=notes, hint=hint)
    last = _one_standard(last)
    categories = list(dict.fromkeys(str(finding.value["category"]) for finding in last.kept))
    if len(categories) > 1:
        return conflict(last, " and ".join(categories), notes)
    notes |= {"date": moment(last.kept[-1]), "criteria": _criteria(last.kept)}
    return settle(last, lambda finding: finding.value["category"], notes)


def _treated_for_cure_only(case: Case) -> bool:
    """Whether adjuvant, neoadjuvant or definitive therapy is told, where no first line is."""
    given = case.weigh("systemic_therapy", historical=True).kept
    return any(finding.value.get("setting") in CURATIVE for finding in given)


def _on_their_scans(case: Case, weighed: Weighed) -> Weighed:
    """Responses that a note tells without a day, put on the day of the restaging that it is about.

    That is the newest body imaging that the note dates, if it was not long before the note. So a
    letter that quotes a scan and the scan's own report speak of one day.
    """
    imaged: dict[str, date] = {}
    for finding in case.findings:
        day = _imaged(case, finding)
        if day and finding.note_date and timedelta() <= finding.note_date - day <= _RECENT:
            imaged[finding.note_id] = max(day, imaged.get(finding.note_id, day))

    def placed(finding: Finding) -> Finding:
        day = None if finding.context.get("dated") else imaged.get(finding.note_id)
        return replace(finding, date=day) if day else finding

    return Weighed(in_order([placed(finding) for finding in weighed.kept]), weighed.left)


def _after_progression(findings: Sequence[Finding]) -> Callable[[Finding], str | None]:
    """The progression that a later line answered ends the first line, whenever that line began."""
    progressed = [
        day for f in findings if f.value.get("explicit") and f.value["category"] == "PD" and (day := moment(f))
    ]

    def reason(finding: Finding) -> str | None:
        day = moment(finding)
        after = bool(progressed) and (day is None or day > min(progressed))
        return "after the progression that ended the first line" if after else None

    return reason


def _superseded(course: Course) -> Callable[[Finding], str | None]:
    """Why a category is not the overall one; the last one before a later line began is no former one."""

    def reason(finding: Finding) -> str | None:
        past = finding.temporality == "historical"
        if not past:
            return _part_of_the_disease(finding)
        before = course.next_line and finding.context.get("dated") and finding.date and finding.date < course.next_line
        if not before:
            return "told as of an earlier time"
        return None if finding.value.get("scope") == "former" else _part_of_the_disease(finding)

    return reason


def _part_of_the_disease(finding: Finding) -> str | None:
    scope = finding.value.get("scope")
    if scope == "former":
        return "the category of a former visit"
    if scope == "cranial":
        return "the response in the head alone"
    return "the response of some lesions only, not the overall one" if scope in _PARTS else None


def _criteria(findings: Sequence[Finding]) -> str | None:
    told = [str(criteria) for finding in findings if (criteria := finding.value.get("criteria"))]
    return told[0] if told else None


def _one_standard(weighed: Weighed) -> Weighed:
    """RECIST before PERCIST, where both would pass."""
    metabolic = [
        f for f in weighed.kept if f.value.get("metabolic") or "PERCIST" in str(f.value.get("criteria") or "").upper()
    ]
    others = [f for f in weighed.kept if f not in metabolic]
    passing = all(finding.value["category"] in _PASS for finding in weighed.kept)
    return weighed.keep(others, "the RECIST category stands") if metabolic and others and passing else weighed


def months(case: Case, course: Course, response: Fact) -> Fact:
    """Months of first-line therapy: first dose to the newest restaging of the body, else as told.

    One decimal, days / 30.44. The restaging is the body imaging that carries the response, else the
    newest body imaging that is dated.
    """
    to = _restaging(case, course, response)
    if course.start and to and to.day > course.start:
        days = (to.day - course.start).days
        notes = {"from": course.start, "to": to.day, "days": days}
        return Fact(round(days / DAYS_A_MONTH, 1), (*course.started_by, *to.evidence), notes=notes)
    weighed = case.weigh("therapy_duration", historical=True).drop(_curative).drop(_maintenance)
    last = newest(weighed.drop(_outside_first_line(course)))
    if not last.kept:
        return Fact(set_aside=last.left)
    longest = max(float(finding.value["months"]) for finding in last.kept)
    kept = last.drop(lambda f: "a shorter time within it" if f.value["months"] < longest else None)
    return settle(kept, lambda finding: finding.value["months"])


@dataclass(frozen=True, slots=True)
class Restaging:
    """A day of restaging and the findings that give it."""

    day: date
    evidence: tuple[Finding, ...]


def _restaging(case: Case, course: Course, response: Fact) -> Restaging | None:
    shown = [(day, finding) for finding in case.findings if (day := _imaged(case, finding)) is not None]
    carrying = [(day, finding) for day, finding in shown if finding in response.evidence]
    days = [
        (day, finding)
        for day, finding in carrying or shown
        if (case.as_of is None or day <= case.as_of) and (course.next_line is None or day < course.next_line)
    ]
    if not days:
        return None
    last = max(day for day, _ in days)
    evidence = [finding for day, finding in days if day == last]
    return Restaging(last, tuple(evidence if carrying else evidence[:1]))


def _imaged(case: Case, finding: Finding) -> date | None:
    """The day of the body imaging that a finding is a line of; None where that day is not known."""
    study = finding.value.get("region") if finding.concept == "imaging" else finding.context.get("study")
    if (
        finding.concept in _OF_THERAPY
        or study not in _BODY
        or finding.experiencer != "patient"
        or finding.temporality == "planned"
    ):
        return None
    known = (
        finding.context.get("dated")
        or finding.value.get("dated")
        or _REPORT.search(case.kinds.get(finding.note_id, ""))
    )
    return finding.date if known else None
