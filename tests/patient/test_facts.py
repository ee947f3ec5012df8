"""Findings in, facts out: one table a fact, invented findings, no text is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.patient.facts import clinical_facts, gather
from extractor.patient.timeline import Case, in_order
from extractor.records import Assertion, Experiencer, Fact, Finding, Note, Temporality

AS_OF = date(2025, 6, 30)
NEGATED, POSSIBLE, HYPOTHETICAL = Assertion.NEGATED, Assertion.POSSIBLE, Assertion.HYPOTHETICAL
HISTORICAL, PLANNED = Temporality.HISTORICAL, Temporality.PLANNED

KINDS = {"path": "pathology report", "ct": "radiology report", "clinic": "oncology clinic note"}


def tell(concept: str, day: str | None, note: str = "clinic", study: str | None = None, **value: Any) -> Finding:
    """An affirmed, current finding of a day; ``qualify`` changes the rest."""
    when = date.fromisoformat(day) if day else None
    context = {"dated": bool(study), **({"study": study, "modality": "CT"} if study else {})}
    return Finding(concept, value, 0, 5, f"{concept} {value}", date=when, note_id=note, note_date=when, context=context)


def qualify(finding: Finding, *qualifiers: Any, **changes: Any) -> Finding:
    names = {Assertion: "assertion", Experiencer: "experiencer", Temporality: "temporality"}
    return replace(finding, **{names[type(q)]: q for q in qualifiers}, **changes)


def facts(findings: list[Finding], as_of: date | None = AS_OF) -> dict[str, Fact]:
    return clinical_facts(Case(in_order(findings), as_of, KINDS))


def fact(name: str, findings: list[Finding], as_of: date | None = AS_OF) -> Fact:
    return facts(findings, as_of)[name]


Row = tuple[str, list[Finding], Any]


def rows(*table: Row) -> Any:
    return pytest.mark.parametrize(("findings", "value"), [pytest.param(f, v, id=name) for name, f, v in table])


# ------------------------------------------------------------------------------------------ person


def age(day: str | None, years: int, **value: Any) -> Finding:
    return tell("age", day, years=years, **value)


@rows(
    ("none", [], None),
    ("newest note", [age("2025-01-05", 61), age("2025-05-05", 62)], 62),
    ("birth date on the day of the report", [age("2025-01-05", 61, born="1963-06-30")], 62),
    ("the day before the birthday", [age("2025-01-05", 61, born="1963-07-01")], 61),
    ("birth date outranks", [age("2025-06-05", 59), age("2025-01-05", 61, born=date(1963, 2, 1))], 62),
    (
        "two birth dates",
        [age("2025-01-05", 1, born="1963-02-01"), age("2025-01-05", 1, born="1936-02-01")],
        None,
    ),
    ("a year apart in one note", [age("2025-05-05", 61), age("2025-05-05", 62)], 62),
    ("far apart in one note", [age("2025-05-05", 45), age("2025-05-05", 62)], None),
    ("a relative", [qualify(age("2025-05-05", 45), Experiencer.FAMILY)], None),
)
def test_age(findings: list[Finding], value: Any) -> None:
    assert fact("age_years", findings).value == value


@rows(
    ("agreed", [tell("sex", "2025-01-01", sex="male"), tell("sex", "2025-02-01", sex="male")], "male"),
    ("conflict", [tell("sex", "2025-01-01", sex="male"), tell("sex", "2025-02-01", sex="female")], None),
)
def test_sex(findings: list[Finding], value: Any) -> None:
    assert fact("sex", findings).value == value


def agrees(day: str, told: bool) -> Finding:
    return tell("contraception", day, agrees=told)


POSTMENOPAUSAL = tell("contraception", "2025-01-01", not_applicable="postmenopausal")


@rows(
    ("none", [], None),
    ("agreed", [agrees("2025-05-01", True)], True),
    ("newest", [agrees("2025-05-01", True), agrees("2025-06-01", False)], False),
    ("conflict", [agrees("2025-05-01", True), agrees("2025-05-01", False)], None),
    ("lasting", [POSTMENOPAUSAL, agrees("2025-05-01", False)], "not_applicable"),
    ("agreed beside it", [POSTMENOPAUSAL, agrees("2025-05-01", True)], True),
    (
        "conflict beside it",
        [POSTMENOPAUSAL, agrees("2025-05-01", True), agrees("2025-05-01", False)],
        "not_applicable",
    ),
    ("hypothetical", [qualify(agrees("2025-05-01", True), HYPOTHETICAL)], None),
    ("told of the past", [qualify(POSTMENOPAUSAL, HISTORICAL)], "not_applicable"),
)
def test_contraception(findings: list[Finding], value: Any) -> None:
    assert fact("contraception", findings).value == value


def gave(day: str, given_: bool) -> Finding:
    return tell("consent", day, given=given_)


@rows(
    ("none", [], None),
    ("signed", [gave("2025-05-01", True)], True),
    ("planned", [qualify(gave("2025-05-01", True), PLANNED)], None),
    ("refused later", [gave("2025-05-01", True), gave("2025-05-08", False)], False),
    ("signed after a refusal", [gave("2025-05-01", False), gave("2025-05-08", True)], True),
    ("conflict", [gave("2025-05-01", True), gave("2025-05-01", False)], None),
    ("looking back on a signature", [qualify(gave("2025-05-01", True), HISTORICAL)], True),
    ("looking back on a refusal", [qualify(gave("2025-05-01", False), HISTORICAL)], None),
)
def test_consent(findings: list[Finding], value: Any) -> None:
    assert fact("consent", findings).value == value


# ----------------------------------------------------------------------------------------- disease


def cancer(day: str | None, group: str, note: str = "clinic", **value: Any) -> Finding:
    return tell("histology", day, note, group=group, **value)


def tissue(day: str, confirmed: bool) -> Finding:
    return tell("tissue_confirmation", day, confirmed=confirmed)


@rows(
    ("none", [], None),
    ("repeated", [cancer("2025-01-01", "nsclc"), cancer("2025-03-01", "nsclc")], "nsclc"),
    ("letters differ", [cancer("2025-01-01", "nsclc"), cancer("2025-03-01", "other")], None),
    ("revised", [cancer("2025-01-01", "nsclc"), cancer("2025-03-01", "other", revised=True)], "other"),
    (
        "the revision against newer letters",
        [cancer("2025-03-01", "other", "path", revised=True), cancer("2025-05-01", "nsclc")],
        "other",
    ),
    (
        "newest pathology",
        [
            cancer("2025-01-01", "nsclc", "path"),
            cancer("2025-02-01", "other", "path"),
            cancer("2025-05-01", "nsclc"),
        ],
        "other",
    ),
    (
        "former diagnosis",
        [qualify(cancer("2025-01-01", "nsclc"), HISTORICAL), cancer("2025-01-01", "sclc")],
        "sclc",
    ),
    ("only told as former", [qualify(cancer("2025-01-01", "nsclc"), HISTORICAL)], "nsclc"),
    (
        "another tumour",
        [cancer("2025-01-01", "nsclc"), cancer("2025-02-01", "other", other_tumour=True)],
        "nsclc",
    ),
    ("presumed", [qualify(cancer("2025-01-01", "nsclc", subtype="squamous"), POSSIBLE)], None),
)
def test_histology(findings: list[Finding], value: Any) -> None:
    assert fact("histology", findings).value == value


def test_the_subtype_is_told() -> None:
    found = [cancer("2025-01-01", "nsclc", subtype="nos"), cancer("2025-02-01", "nsclc", subtype="squamous")]
    assert fact("histology", found).notes["subtype"] == "squamous"


@rows(
    ("never told", [cancer("2025-01-01", "nsclc")], None),
    ("told", [tissue("2025-01-01", True)], True),
    ("pending", [tissue("2025-01-01", False)], False),
    ("shown later", [tissue("2025-01-01", False), tissue("2025-02-01", True)], True),
    ("a later one shows nothing", [tissue("2025-01-01", True), tissue("2025-02-01", False)], True),
    ("subtype", [cancer("2025-01-01", "nsclc", subtype="adenocarcinoma")], True),
    (
        "subtype, biopsy pending",
        [cancer("2025-01-01", "nsclc", subtype="adenocarcinoma"), tissue("2025-01-01", False)],
        False,
    ),
    (
        "subtype named after the pending biopsy",
        [cancer("2025-02-01", "nsclc", subtype="adenocarcinoma"), tissue("2025-01-01", False)],
        True,
    ),
    ("presumed subtype", [qualify(cancer("2025-01-01", "nsclc", subtype="squamous"), POSSIBLE)], None),
)
def test_tissue(findings: list[Finding], value: Any) -> None:
    assert fact("tissue_confirmed", findings).value == value


def staged(day: str, group: str, **value: Any) -> Finding:
    return tell("stage", day, group=group, **value)


def tnm(day: str, t: str | None, n: str | None, m: str | None, prefix: str | None = "c", **value: Any) -> Finding:
    return tell("tnm", day, prefix=prefix, t=t, n=n, m=m, **value)


def metastasis(day: str, region: str = "extracranial", low: int = 1) -> Finding:
    return tell("metastasis", day, site="liver", region=region, low=low, high=low, status="present")


@pytest.mark.parametrize(
    ("findings", "stage", "tnm_", "marks"),
    [
        pytest.param([], None, None, {}, id="none"),
        pytest.param([staged("2025-01-01", "IVB")], "IVB", None, {}, id="stage alone"),
        pytest.param(
            [staged("2025-01-01", "IVB"), staged("2025-05-01", "IVA")],
            "IVB",
            None,
            {},
            id="the earliest stands",
        ),
        pytest.param(
            [staged("2025-01-01", "IVB"), staged("2025-02-01", "IIIB", revised=True)],
            "IIIB",
            None,
            {"recurrence": True},
            id="revised",
        ),
        pytest.param(
            [staged("2025-01-01", "IV"), staged("2025-02-01", "IVA")],
            "IVA",
            None,
            {},
            id="told more precisely",
        ),
        pytest.param([staged("2025-01-01", "IVA"), staged("2025-01-01", "IVB")], None, None, {}, id="conflict"),
        pytest.param([staged("2025-01-01", "II"), staged("2025-01-01", "III")], None, None, {}, id="II is no III"),
        pytest.param([tnm("2025-01-01", "2a", "2", "1c")], "IVB", "cT2a N2 M1c", {"m": "1c"}, id="M1c"),
        pytest.param([tnm("2025-01-01", "2a", "2", "1b")], "IVA", "cT2a N2 M1b", {"m": "1b"}, id="M1b"),
        pytest.param([tnm("2025-01-01", "2a", "2", "1c2", None)], "IVB", "T2a N2 M1c2", {"m": "1c2"}, id="AJCC 9"),
        pytest.param([tnm("2025-01-01", "2", "2", "1")], "IV", "cT2 N2 M1", {"m": "1"}, id="M1 alone"),
        pytest.param(
            [staged("2025-01-01", "IV"), tnm("2025-01-01", "3", "0", "1c")],
            "IVB",
            "cT3 N0 M1c",
            {"m": "1c"},
            id="IV and M1c",
        ),
        pytest.param([tnm("2025-01-01", None, None, "1c")], "IVB", "cM1c", {"m": "1c"}, id="M only"),
        pytest.param(
            [tnm("2025-01-01", None, None, "1c"), tnm("2025-02-01", "1c", "0", "1c", "p")],
            "IVB",
            "pT1c N0 M1c",
            {"m": "1c"},
            id="the whole one",
        ),
        pytest.param(
            [tnm("2025-01-01", "2", "0", "1c"), tnm("2025-01-01", "2a", "0", "1c", None)],
            "IVB",
            "cT2a N0 M1c",
            {"m": "1c"},
            id="the more specific part",
        ),
        pytest.param(
            [tnm("2025-01-01", "2", "0", "1c"), tnm("2025-01-01", "3", "0", "1c")],
            None,
            None,
            {},
            id="TNM conflict",
        ),
        pytest.param(
            [tnm("2025-01-01", "2", "0", "0"), tnm("2025-01-01", "3", "1", "0", "p")],
            None,
            "cT2 N0 M0",
            {"m": "0"},
            id="clinical before pathological",
        ),
        pytest.param(
            [tnm("2025-01-01", "3", "2", "1c"), tnm("2025-01-01", "1c", "0", "1b", "yc")],
            "IVB",
            "cT3 N2 M1c",
            {"m": "1c"},
            id="yc is after treatment",
        ),
        pytest.param([tnm("2025-01-01", "1c", "0", "1b", "yc")], None, None, {}, id="yc only"),
        pytest.param(
            [staged("2022-01-01", "IIB"), staged("2025-01-01", "IV")],
            "IIB",
            None,
            {"recurrence": True},
            id="recurrence told later",
        ),
        pytest.param(
            [staged("2025-01-01", "IIB"), staged("2025-01-01", "IV")],
            "IIB",
            None,
            {"recurrence": True},
            id="recurrence told in one note",
        ),
        pytest.param(
            [staged("2025-01-01", "I"), staged("2025-02-01", "IV"), tnm("2025-02-01", "3", "2", "1c")],
            "IVB",
            "cT3 N2 M1c",
            {"m": "1c"},
            id="another disease's stage beside M1",
        ),
        pytest.param(
            [
                staged("2025-02-01", "IIB"),
                staged("2025-02-01", "IV"),
                tnm("2025-02-01", "0", "0", "1c"),
                tell("systemic_therapy", "2025-02-01", agents=["cisplatin"], line=None, setting="adjuvant"),
            ],
            "IIB",
            "cT0 N0 M1c",
            {"m": "1c", "recurrence": True},
            id="recurrence after treatment for cure",
        ),
        pytest.param(
            [
                staged("2025-02-01", "IIB"),
                staged("2025-02-01", "IV"),
                tnm("2025-02-01", "0", "0", "1c"),
                tell("local_therapy", "2025-02-01", procedure="surgery", target="primary", modality="lobectomy"),
            ],
            "IIB",
            "cT0 N0 M1c",
            {"m": "1c", "recurrence": True},
            id="recurrence after a lobectomy",
        ),
        pytest.param(
            [staged("2025-01-01", "IIIA"), metastasis("2025-03-01")],
            "IIIA",
            None,
            {"recurrence": True},
            id="recurrence by metastases",
        ),
        pytest.param(
            [staged("2025-01-01", "IIIA"), metastasis("2025-03-01", "regional")],
            "IIIA",
            None,
            {},
            id="regional",
        ),
        pytest.param(
            [staged("2025-01-01", "IIIA"), metastasis("2025-03-01", low=0)], "IIIA", None, {}, id="none there"
        ),
        pytest.param(
            [tnm("2022-01-01", "2a", "1", "0", "p"), metastasis("2025-03-01")],
            None,
            "pT2a N1 M0",
            {"m": "0", "recurrence": True},
            id="M0, then metastases",
        ),
        pytest.param([metastasis("2025-03-01")], None, None, {"metastatic_hint": True}, id="metastases only"),
        pytest.param(
            [staged("2025-01-01", "IVA"), tnm("2025-01-01", "2", "0", "0")],
            None,
            "cT2 N0 M0",
            {"m": "0"},
            id="IV against M0",
        ),
        pytest.param([staged("2025-01-01", "IA", other_tumour=True)], None, None, {}, id="another tumour"),
        pytest.param([qualify(staged("2025-01-01", "IV"), HYPOTHETICAL)], None, None, {}, id="the trial's words"),
        pytest.param([qualify(staged("2025-01-01", "IV"), Experiencer.FAMILY)], None, None, {}, id="a relative's"),
        pytest.param([qualify(staged("2025-01-01", "IVB"), HISTORICAL)], "IVB", None, {}, id="at diagnosis"),
    ],
)
def test_stage_and_tnm(findings: list[Finding], stage: str | None, tnm_: str | None, marks: dict[str, Any]) -> None:
    told = facts(findings)
    assert (told["stage"].value, told["tnm"].value, dict(told["stage"].notes)) == (stage, tnm_, marks)


# ------------------------------------------------------------------------------------- performance


def ps(day: str | None, low: int, high: int | None = None, scale: str = "ECOG", **value: Any) -> Finding:
    return tell("performance_status", day, scale=scale, low=low, high=low if high is None else high, **value)


@rows(
    ("none", [], None),
    ("newest", [ps("2025-03-01", 2), ps("2025-05-01", 1)], (1, 1)),
    ("conflict of one day", [ps("2025-05-01", 1), ps("2025-05-01", 2)], None),
    ("the same twice", [ps("2025-05-01", 1), ps("2025-05-01", 1)], (1, 1)),
    ("overlap", [ps("2025-05-01", 0, 1), ps("2025-05-01", 1)], (1, 1)),
    ("historical", [qualify(ps("2025-05-01", 2), HISTORICAL), ps("2025-05-01", 1)], (1, 1)),
    ("historical only", [qualify(ps("2025-05-01", 2), HISTORICAL)], None),
    ("hypothetical", [qualify(ps("2025-05-01", 0, 1), HYPOTHETICAL)], None),
    ("after the day of the report", [ps("2025-05-01", 1), ps("2025-07-01", 3)], (1, 1)),
    ("discharge", [ps("2025-05-01", 3, stay="admission"), ps("2025-05-01", 1, stay="discharge")], (1, 1)),
    ("addendum", [ps("2025-05-01", 2), qualify(ps("2025-05-01", 1), section="addendum")], (1, 1)),
    ("KPS 100", [ps("2025-05-01", 100, scale="KPS")], (0, 0)),
    ("KPS 90", [ps("2025-05-01", 90, scale="KPS")], (0, 1)),
    ("KPS 80", [ps("2025-05-01", 80, scale="KPS")], (1, 1)),
    ("KPS 70", [ps("2025-05-01", 70, scale="KPS")], (1, 2)),
    ("KPS 50", [ps("2025-05-01", 50, scale="KPS")], (2, 3)),
    ("KPS 30", [ps("2025-05-01", 30, scale="KPS")], (3, 4)),
    ("KPS 70-80", [ps("2025-05-01", 70, 80, scale="KPS")], (1, 2)),
    ("KPS 85", [ps("2025-05-01", 85, scale="KPS")], (0, 1)),
    ("AKPS", [ps("2025-05-01", 80, scale="AKPS")], (1, 1)),
    ("PPS does not map", [ps("2025-05-01", 80, scale="PPS")], None),
    ("ECOG beside KPS", [ps("2025-05-01", 1), ps("2025-05-01", 90, scale="KPS")], (1, 1)),
    ("ECOG 0-1 beside KPS 70", [ps("2025-05-01", 0, 1), ps("2025-05-01", 70, scale="KPS")], (0, 1)),
    ("ECOG against KPS", [ps("2025-05-01", 2), ps("2025-05-01", 90, scale="KPS")], None),
    ("undated against dated", [ps(None, 2), ps("2025-05-01", 1)], None),
    ("all undated", [ps(None, 1)], (1, 1)),
)
def test_ecog(findings: list[Finding], value: tuple[int, int] | None) -> None:
    told = fact("ecog", findings).value
    assert told == (None if value is None else {"low": value[0], "high": value[1]})


def test_the_day_of_a_scan_is_not_that_of_the_ecog_behind_it() -> None:
    behind_a_scan = replace(ps("2025-05-01", 1), date=date(2025, 2, 1), context={"dated": True, "study": "body"})
    told = fact("ecog", [behind_a_scan, ps("2025-03-01", 2)])
    assert (told.value, told.notes["date"]) == ({"low": 1, "high": 1}, date(2025, 5, 1))


def test_ecog_tells_its_day_and_scale() -> None:
    assert fact("ecog", [ps("2025-05-01", 90, scale="KPS")]).notes == {
        "date": date(2025, 5, 1),
        "scale": "KPS",
        "kps": [90, 90],
    }


def test_a_conflict_shows_both_and_decides_nothing() -> None:
    both = [ps("2025-05-01", 1), ps("2025-05-01", 2)]
    told = fact("ecog", both)
    assert (told.value, told.evidence, len(told.conflicts)) == (None, (), 2)
    assert told.hint is not None and "contradict" in told.hint


# ----------------------------------------------------------------------------------------- therapy


def drug(day: str | None, line: int | None = None, **value: Any) -> Finding:
    return tell("systemic_therapy", day, agents=["carboplatin"], line=line, **value)


def given_cycles(day: str, completed: int | None, **value: Any) -> Finding:
    return tell("therapy_cycles", day, completed=completed, planned=None, **value)


def answer(day: str | None, category: str, study: str | None = None, explicit: bool = True, **value: Any) -> Finding:
    value = {"criteria": None, **value}
    return tell("response", day, "ct" if study else "clinic", study, category=category, explicit=explicit, **value)


def first_cycle(day: str) -> Finding:
    return replace(given_cycles(day, 1, first_day=day), note_date=AS_OF)


FIRST = drug("2025-01-10", 1, event="start")
SECOND_DRUG = tell("systemic_therapy", "2025-04-10", agents=["docetaxel"], line=2)
SECOND = drug("2025-04-10", 2, event="start")


PROGRESSED = answer("2025-03-20", "PD", study="body")
SWITCHED = tell("systemic_therapy", "2025-04-10", agents=["docetaxel"], line=None, event="start")


@rows(
    ("none", [], None),
    ("no line told", [drug("2025-01-10")], 1),
    ("cycles only", [given_cycles("2025-01-10", 3)], 1),
    ("first", [FIRST], 1),
    ("second", [FIRST, SECOND], 2),
    ("second line of cycles", [FIRST, given_cycles("2025-05-01", 2, line=2)], 2),
    ("second line planned", [FIRST, qualify(SECOND, PLANNED)], 1),
    ("second line as a possibility", [FIRST, qualify(SECOND, HYPOTHETICAL)], 1),
    ("switched after progression", [drug("2025-01-10"), PROGRESSED, SWITCHED], 2),
    ("switched without progression", [drug("2025-01-10"), SWITCHED], 1),
    ("progression denied", [drug("2025-01-10"), qualify(PROGRESSED, NEGATED), SWITCHED], 1),
    ("the same agents go on", [drug("2025-01-10"), PROGRESSED, drug("2025-04-10", event="start")], 1),
    ("progression after a cure", [drug("2023-01-10", setting="adjuvant"), PROGRESSED, SWITCHED], 1),
    ("adjuvant only", [drug("2023-01-10", setting="adjuvant")], None),
    ("adjuvant, then first", [drug("2023-01-10", setting="adjuvant"), FIRST], 1),
)
def test_line(findings: list[Finding], value: Any) -> None:
    assert fact("line", findings).value == value


def test_the_line_tells_how_therapy_is_counted() -> None:
    assert fact("line", [FIRST]).notes == {"counted_in_cycles": False}
    assert fact("line", [FIRST, given_cycles("2025-03-01", 3)]).notes == {"counted_in_cycles": True}
    assert fact("line", [FIRST, given_cycles("2025-03-01", 3, maintenance=True)]).notes == {"counted_in_cycles": False}


@rows(
    ("none", [FIRST], None),
    ("four", [FIRST, given_cycles("2025-03-01", 4)], 4),
    ("cycles add up", [FIRST, given_cycles("2025-02-01", 2), given_cycles("2025-03-01", 3)], 3),
    ("told of an earlier scan", [FIRST, given_cycles("2025-03-01", 4), given_cycles("2025-03-01", 2)], 4),
    (
        "maintenance",
        [FIRST, given_cycles("2025-03-01", 4), given_cycles("2025-05-01", 6, maintenance=True)],
        4,
    ),
    ("adjuvant", [FIRST, given_cycles("2025-03-01", 4, setting="adjuvant")], None),
    ("planned", [FIRST, qualify(given_cycles("2025-03-01", 4), PLANNED)], None),
    (
        "second line by number",
        [FIRST, given_cycles("2025-03-01", 3, line=1), given_cycles("2025-05-01", 4, line=2)],
        3,
    ),
    ("second line by date", [FIRST, given_cycles("2025-03-01", 3), SECOND, given_cycles("2025-05-01", 4)], 3),
    (
        "the second line by its agents",
        [
            FIRST,
            given_cycles("2025-03-01", 3),
            PROGRESSED,
            SWITCHED,
            given_cycles("2025-03-01", 4, agents=["docetaxel"]),
        ],
        3,
    ),
    (
        "the first line by its agents",
        [FIRST, SECOND_DRUG, given_cycles("2025-05-01", 4, agents=["carboplatin"])],
        4,
    ),
    ("the day of the first cycle", [FIRST, first_cycle("2025-01-10")], None),
    ("a first cycle lately", [first_cycle("2025-06-20")], 1),
    ("looking back", [FIRST, qualify(given_cycles("2025-03-01", 4), HISTORICAL)], 4),
    ("only planned ones counted", [FIRST, given_cycles("2025-03-01", None)], None),
    ("uncertain", [FIRST, given_cycles("2025-03-01", 3, uncertain=True)], None),
    (
        "uncertain, settled",
        [FIRST, given_cycles("2025-03-01", 3, uncertain=True), given_cycles("2025-04-01", 3)],
        3,
    ),
)
def test_cycles(findings: list[Finding], value: Any) -> None:
    assert fact("cycles", findings).value == value


def test_uncertain_cycles_are_marked() -> None:
    assert fact("cycles", [given_cycles("2025-03-01", 3, uncertain=True)]).notes == {"uncertain": True}
    assert fact("cycles", [given_cycles("2025-03-01", None, uncertain=True)]).notes == {"uncertain": True}


@rows(
    ("none", [], None),
    ("newest", [answer("2025-03-01", "SD"), answer("2025-05-01", "PR")], "PR"),
    ("mixed", [answer("2025-05-01", "mixed")], "mixed"),
    ("negated", [qualify(answer("2025-05-01", "PD"), NEGATED)], None),
    ("historical", [answer("2025-03-01", "SD"), qualify(answer("2025-05-01", "PR"), HISTORICAL)], "SD"),
    ("suggested", [answer("2025-05-01", "PR", explicit=False)], None),
    ("suggested later", [answer("2025-03-01", "SD"), answer("2025-05-01", "PD", explicit=False)], "SD"),
    ("conflict", [answer("2025-05-01", "PR"), answer("2025-05-01", "PD")], None),
    (
        "overall",
        [answer("2025-05-01", "PD", scope="overall"), answer("2025-05-01", "PR", scope="target")],
        "PD",
    ),
    (
        "overall beside one without a scope",
        [answer("2025-05-01", "PD", scope="overall"), answer("2025-05-01", "PR")],
        "PD",
    ),
    ("target lesions only", [answer("2025-05-01", "PR", scope="target")], None),
    ("former visit", [answer("2025-05-01", "PR", scope="former")], None),
    (
        "in the head",
        [answer("2025-05-01", "PR", study="head", scope="cranial"), answer("2025-04-01", "SD", study="body")],
        "SD",
    ),
    (
        "RECIST beside PERCIST",
        [answer("2025-05-01", "SD", criteria="RECIST 1.1"), answer("2025-05-01", "PR", criteria="PERCIST")],
        "SD",
    ),
    (
        "a pass beside a fail",
        [answer("2025-05-01", "PR", criteria="RECIST 1.1"), answer("2025-05-01", "PD", criteria="PERCIST")],
        None,
    ),
    ("before the first line", [FIRST, answer("2024-12-01", "PD", study="body")], None),
    ("of the first line", [FIRST, answer("2025-04-01", "PD"), SECOND, answer("2025-06-01", "PR")], "PD"),
    ("under the second line only", [FIRST, SECOND, answer("2025-06-01", "PR")], None),
    (
        "progression ends the first line",
        [
            FIRST,
            answer("2025-02-20", "PD", study="body"),
            answer("2025-06-01", "PR", study="body"),
            drug("2025-06-10", 2),
        ],
        "PD",
    ),
    (
        "stopped for toxicity",
        [FIRST, answer("2025-02-20", "SD"), drug("2025-03-10", 2), answer("2025-06-01", "PR")],
        "SD",
    ),
    ("addendum", [answer("2025-05-01", "PR"), qualify(answer("2025-05-01", "SD"), section="addendum")], "SD"),
)
def test_response(findings: list[Finding], value: Any) -> None:
    assert fact("response", findings).value == value


LETTER = date(2025, 5, 1)
CT = answer("2025-04-15", "PR", study="body")


@rows(
    (
        "a letter's word against the scan it quotes",
        [
            answer("2025-05-01", "PR"),
            replace(answer("2025-04-15", "PD", study="body"), note_id="clinic", note_date=LETTER),
        ],
        None,
    ),
    (
        "a letter long after the scan",
        [
            answer("2025-06-20", "PR"),
            replace(CT, value={**CT.value, "category": "SD"}, note_id="clinic", note_date=date(2025, 6, 20)),
        ],
        "PR",
    ),
    (
        "a letter against another note's report",
        [answer("2025-05-01", "PR"), answer("2025-04-15", "SD", study="body")],
        "PR",
    ),
)
def test_a_letter_speaks_of_the_scan_it_quotes(findings: list[Finding], value: Any) -> None:
    assert fact("response", findings).value == value


def test_response_tells_day_criteria_and_hint() -> None:
    told = fact("response", [answer("2025-05-01", "PR", criteria="RECIST 1.1")])
    assert told.notes == {"date": date(2025, 5, 1), "criteria": "RECIST 1.1"}
    hinted = fact("response", [answer("2025-05-01", "PR", explicit=False)])
    assert hinted.notes == {"hint": "PR"}
    assert hinted.hint is not None and hinted.hint.startswith("no category is named")


def duration(day: str, months: float, **value: Any) -> Finding:
    return tell("therapy_duration", day, months=months, **value)


@rows(
    ("none", [], None),
    ("first dose to restaging", [FIRST, CT], 3.1),
    ("the day of the letter is no restaging", [FIRST, answer("2025-05-01", "PR")], None),
    (
        "imaging told elsewhere",
        [
            FIRST,
            tell("metastasis", "2025-04-15", "ct", "body", site="liver", low=1, high=1),
            answer("2025-05-01", "PR"),
        ],
        3.1,
    ),
    (
        "the head is no restaging",
        [FIRST, tell("metastasis", "2025-04-15", "ct", "head", site="brain", low=0, high=0)],
        None,
    ),
    (
        "a report without a day inside is of its note's day",
        [
            FIRST,
            replace(CT, context={"dated": False, "study": "body"}),
        ],
        3.1,
    ),
    (
        "a letter's undated scan",
        [FIRST, replace(CT, context={"dated": False, "study": "body"}, note_id="clinic")],
        None,
    ),
    ("told", [drug("2025-01-10", 1), duration("2025-05-01", 3.7)], 3.7),
    ("dates before words", [FIRST, CT, duration("2025-05-01", 4.0)], 3.1),
    ("first cycle", [drug("2025-03-01", 1, event="start"), first_cycle("2025-01-10"), CT], 3.1),
    (
        "a dated line of the history",
        [replace(drug("2025-01-10", 1), context={"dated": True}, note_date=LETTER), CT],
        3.1,
    ),
    ("the date of the visit itself", [replace(drug("2025-01-10", 1), context={"dated": True}), CT], None),
    (
        "a dated line of a scan",
        [replace(drug("2025-01-10", 1), context={"dated": True, "study": "body"}), CT],
        None,
    ),
    ("an earlier start known to the month", [drug("2024-11-30", start_month="2024-11"), FIRST, CT], None),
    ("the same start told to the month", [drug("2025-01-31", start_month="2025-01"), FIRST, CT], 3.1),
    ("start known to the month", [drug(None, 1, event="start"), CT], None),
    ("the later drug is no start", [FIRST, drug("2025-03-01", 1, event="start", maintenance=True), CT], 3.1),
    ("the first dose", [FIRST, drug("2025-02-01", 1, event="start"), CT], 3.1),
    ("restaging before the second line", [FIRST, answer("2025-03-15", "PD", study="body"), SECOND, CT], 2.1),
    ("restaging under the second line only", [FIRST, SECOND, CT], None),
    ("maintenance", [drug("2025-01-10", 1), duration("2025-05-01", 3.7, maintenance=True)], None),
)
def test_months(findings: list[Finding], value: Any) -> None:
    assert fact("months", findings).value == value


def test_months_tell_their_days() -> None:
    assert fact("months", [FIRST, CT]).notes == {
        "from": date(2025, 1, 10),
        "to": date(2025, 4, 15),
        "days": 95,
    }


# ----------------------------------------------------------------------------------- local therapy


def local(day: str | None, procedure: str, target: str | None, modality: str | None = None, **value: Any) -> Finding:
    return tell("local_therapy", day, procedure=procedure, target=target, modality=modality, **value)


SRS = local("2024-12-01", "radiotherapy", "brain", "SRS")


@rows(
    ("no history", [], None),
    ("history without any", [FIRST], []),
    ("denied", [qualify(local("2025-05-01", "radiotherapy", None), NEGATED)], []),
    ("planned", [FIRST, qualify(SRS, PLANNED)], []),
    ("possible", [FIRST, qualify(SRS, POSSIBLE)], []),
    ("a relative's", [FIRST, qualify(SRS, Experiencer.FAMILY)], []),
    ("another tumour", [FIRST, local("2024-12-01", "surgery", "other", other_tumour=True)], []),
    ("benign", [FIRST, local("2024-12-01", "radiotherapy", "brain", "SRS", benign=True)], []),
    ("one", [SRS], [("radiotherapy", "brain", "SRS")]),
    (
        "told twice",
        [SRS, local("2025-05-01", "radiotherapy", "brain", "Gamma Knife")],
        [("radiotherapy", "brain", "SRS")],
    ),
    ("told vaguely", [local("2025-05-01", "radiotherapy", None), SRS], [("radiotherapy", "brain", "SRS")]),
    (
        "two procedures",
        [local("2024-11-01", "surgery", "brain", "craniotomy"), SRS],
        [("radiotherapy", "brain", "SRS"), ("surgery", "brain", "craniotomy")],
    ),
    (
        "two courses",
        [SRS, local("2025-02-01", "radiotherapy", "brain", "WBRT")],
        [("radiotherapy", "brain", "SRS"), ("radiotherapy", "brain", "WBRT")],
    ),
    (
        "two targets",
        [SRS, local("2024-12-01", "radiotherapy", "bone", "palliative")],
        [("radiotherapy", "bone", "palliative"), ("radiotherapy", "brain", "SRS")],
    ),
    (
        "names of one operation",
        [
            local("2024-12-01", "surgery", "adrenal", "laparoscopic"),
            local("2025-05-01", "surgery", "adrenal", "adrenalectomy"),
        ],
        [("surgery", "adrenal", "laparoscopic")],
    ),
    ("looking back", [qualify(SRS, HISTORICAL)], [("radiotherapy", "brain", "SRS")]),
    (
        "the nodes taken out with the primary",
        [
            local("2021-12-01", "surgery", "primary", "lobectomy"),
            local("2021-12-01", "surgery", "lymph_node_regional"),
        ],
        [("surgery", "primary", "lobectomy")],
    ),
    (
        "nodes alone",
        [local("2021-12-01", "surgery", "lymph_node_regional")],
        [("surgery", "lymph_node_regional", None)],
    ),
)
def test_prior_local_therapy(findings: list[Finding], value: Any) -> None:
    told = fact("prior_local_therapy", findings).value
    shown = None if told is None else sorted((t["procedure"], t["target"], t["modality"]) for t in told)
    assert shown == value


def test_the_marks_of_a_treatment_are_kept() -> None:
    told = [
        local("2024-12-01", "radiotherapy", "brain", "SRS", count=2),
        local("2025-05-01", "radiotherapy", "brain", cavity=True),
    ]
    assert fact("prior_local_therapy", told).value == [
        {"procedure": "radiotherapy", "target": "brain", "modality": "SRS", "cavity": True, "count": 2}
    ]


def able(day: str, target: str | None, amenable: bool = True) -> Finding:
    return tell("lat_amenability", day, amenable=amenable, target=target)


def seen(site: str) -> Finding:
    return tell("metastasis", "2025-05-01", site=site, region="extracranial", low=1, high=1, status="present")


def undecided(day: str, target: str) -> Finding:
    return qualify(able(day, target), POSSIBLE, rule="lat_undecided")


@rows(
    ("all", [able("2025-05-01", "all")], True),
    ("refused", [able("2025-05-01", None, False)], False),
    ("ability without a target", [able("2025-05-01", None)], None),
    ("the primary and nothing else left", [able("2025-05-01", "primary")], True),
    ("a target left open that day", [able("2025-05-01", "all"), undecided("2025-05-01", "brain")], None),
    ("left open, then decided", [undecided("2025-05-01", "all"), able("2025-05-08", "all")], True),
    ("another target left open", [able("2025-05-01", "primary"), undecided("2025-05-01", "liver")], True),
    ("a refusal of all taken back in part", [able("2025-03-01", "all", False), able("2025-05-01", "primary")], True),
    ("a later refusal stands", [able("2025-03-01", "primary"), able("2025-05-01", "all", False)], False),
    ("a site that nothing is said of", [able("2025-05-01", "primary"), seen("liver")], None),
    (
        "what is named is all that is left",
        [replace(able("2025-05-01", "primary"), context={"nothing_else": True}), seen("liver")],
        True,
    ),
    (
        "the only one in the head says nothing of the body",
        [
            able("2025-05-01", "primary"),
            replace(able("2025-05-01", "cranial"), context={"nothing_else": True}),
            seen("liver"),
        ],
        None,
    ),
    (
        "a site told in the same note was known",
        [able("2025-04-20", "all"), seen("liver")],
        True,
    ),
    (
        "a refusal is not taken back by an open view",
        [able("2025-05-01", "liver", False), undecided("2025-05-01", "liver")],
        False,
    ),
)
def test_amenability(findings: list[Finding], value: Any) -> None:
    told = gather((), findings, AS_OF).facts["lat_amenable"]
    assert told.value == value


# ---------------------------------------------------------------------------------------- together

POOL = [
    age("2025-05-05", 62),
    cancer("2025-01-01", "nsclc", subtype="adenocarcinoma"),
    cancer("2025-02-01", "other", "path"),
    tissue("2025-01-01", True),
    staged("2025-01-01", "IVB"),
    staged("2025-01-01", "IV"),
    tnm("2025-01-01", "2a", "2", "1c"),
    tnm("2025-02-01", "3", "2", "1c"),
    ps("2025-05-01", 1),
    ps("2025-05-01", 90, scale="KPS"),
    qualify(ps("2025-05-01", 2), HISTORICAL),
    FIRST,
    SECOND,
    given_cycles("2025-02-01", 2),
    given_cycles("2025-03-01", 4),
    CT,
    answer("2025-04-15", "SD"),
    answer("2025-03-15", "PD", explicit=False),
    SRS,
    local("2025-05-01", "radiotherapy", None),
    local("2024-11-01", "surgery", "brain", "craniotomy"),
    qualify(staged("2025-05-01", "IV"), Experiencer.FAMILY),
    gave("2025-05-01", True),
    POSTMENOPAUSAL,
]


@given(st.sets(st.integers(0, len(POOL) - 1)), st.randoms())
def test_order_changes_nothing(chosen: set[int], random: Any) -> None:
    findings = [POOL[number] for number in sorted(chosen)]
    shuffled = random.sample(findings, len(findings))
    notes = [Note("", note_id=name, note_type=kind) for name, kind in KINDS.items()]
    assert clinical_facts(Case(in_order(findings), AS_OF, KINDS)) == clinical_facts(
        Case(in_order(shuffled), AS_OF, KINDS)
    )
    assert gather(notes, findings, AS_OF) == gather(notes[::-1], shuffled, AS_OF)


@given(st.sets(st.integers(0, len(POOL) - 1)))
def test_telling_it_twice_changes_no_value(chosen: set[int]) -> None:
    findings = [POOL[number] for number in sorted(chosen)]
    once, twice = facts(findings), facts(findings * 2)
    assert {name: told.value for name, told in once.items()} == {name: told.value for name, told in twice.items()}


@given(st.sets(st.integers(0, len(POOL) - 1)))
def test_every_finding_left_aside_has_a_reason(chosen: set[int]) -> None:
    for told in facts([POOL[number] for number in sorted(chosen)]).values():
        assert all(item.why for item in told.set_aside)
        assert not (told.conflicts and told.value is not None)
        left = [item.finding for item in told.set_aside]
        assert all(finding.decides for finding in told.evidence if finding.concept != "local_therapy")
        assert not any(finding in left for finding in told.conflicts)


@given(st.sets(st.integers(0, len(POOL) - 1)))
def test_what_is_told_after_the_day_of_the_report_changes_nothing(chosen: set[int]) -> None:
    findings = [POOL[number] for number in sorted(chosen)]
    late = AS_OF + timedelta(days=30)
    more = [replace(finding, date=late, note_date=late, note_id="late") for finding in findings]
    before, after = facts(findings), facts(findings + more)
    assert {name: told.value for name, told in before.items()} == {name: told.value for name, told in after.items()}


def test_undated_notes_are_warned_of() -> None:
    notes = [Note("", note_id="a"), Note("", note_id="b", note_date=AS_OF)]
    assert gather(notes, [], AS_OF).warnings == (
        "One note has no date: what is told there cannot be put in order with the other notes.",
    )
    assert gather(notes[:1], [], AS_OF).warnings == ()
