"""Who the patient is and what was settled at a visit: age, sex, contraception, consent."""

from __future__ import annotations

from datetime import date

from extractor.patient.timeline import Case, conflict, newest, settle
from extractor.records import Fact, Finding


def age_years(case: Case) -> Fact:
    """The age in whole years: on the day of the report from a date of birth, else as last told.

    A date of birth outranks a number of years. Ages a year apart in the newest note are no conflict:
    a birthday lies between the two statements, and the later one tells the higher age.
    """
    weighed = case.weigh("age")
    born = [finding for finding in weighed.kept if finding.value.get("born")]
    if born:
        kept = weighed.keep(born, "the date of birth is known")
        return settle(kept, lambda finding: _full_years(_born(finding), case.as_of or finding.note_date))
    last = newest(weighed)
    years = sorted({finding.value["years"] for finding in last.kept})
    if not years:
        return Fact(set_aside=last.left)
    if years[-1] - years[0] > 1:
        return conflict(last, " and ".join(f"{number} years" for number in years))
    oldest = [finding for finding in last.kept if finding.value["years"] == years[-1]]
    return settle(last.keep(oldest, "told before the last birthday"), lambda finding: finding.value["years"])


def _born(finding: Finding) -> date:
    born = finding.value["born"]
    return born if isinstance(born, date) else date.fromisoformat(born)


def _full_years(born: date, on: date | None) -> int | None:
    if on is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def sex(case: Case) -> Fact:
    """``male`` or ``female``.

    What is said of the patient outright (a form, "62M", "this lady") outranks titles, and those
    pronouns and organs, whose reference is a guess. Evidence of one kind that differs is a conflict.
    """
    weighed = case.weigh("sex", historical=True)
    kinds = {_kind(finding) for finding in weighed.kept}
    if len(kinds) > 1:
        best = [finding for finding in weighed.kept if _kind(finding) == min(kinds)]
        weighed = weighed.keep(best, "better evidence is at hand")
    return settle(weighed, lambda finding: finding.value["sex"])


def _kind(finding: Finding) -> int:
    return max(2, int(finding.context.get("rank", 1)))


def contraception(case: Case) -> Fact:
    """True, False or ``not_applicable``.

    The newest agreement or refusal. Who is said to be past the menopause, sterilised or otherwise
    not of reproductive potential stays so, and needs none; an agreement stands beside it.
    """
    weighed = case.weigh("contraception", historical=True)
    lasting = [finding for finding in weighed.kept if finding.value.get("not_applicable")]
    last = newest(case.weigh("contraception").drop(_reason_against))
    told = settle(last, lambda finding: finding.value["agrees"], words=_agreed)
    if told.value or not lasting:
        return told
    kept = weighed.keep(lasting, "contraception does not apply")
    return settle(kept, lambda _: "not_applicable", {"because": str(lasting[-1].value["not_applicable"])})


def _reason_against(finding: Finding) -> str | None:
    return "a reason why none is needed, beside the agreement" if finding.value.get("agrees") is None else None


def _agreed(agrees: object) -> str:
    return "agreed" if agrees else "not agreed"


def consent(case: Case) -> Fact:
    """True only when signed, False only on an explicit refusal; the newest of the two.

    A signature stays one in a later note that looks back on it; a former refusal does not.
    """
    weighed = case.weigh("consent", historical=True).drop(_former_refusal)
    return settle(newest(weighed), lambda finding: finding.value.get("given"), words=_given)


def _former_refusal(finding: Finding) -> str | None:
    if finding.temporality == "historical" and not finding.value.get("given"):
        return "historical: a former refusal"
    return None


def _given(given: object) -> str:
    return "signed" if given else "refused"
