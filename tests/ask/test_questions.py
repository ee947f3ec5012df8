"""Questions about an invented patient: what each answer says, and the words of the notes that it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from extractor.ask import lexicon
from extractor.ask.answer import Answer, ask
from extractor.ask.question import Number, Period, read
from extractor.files import RuleFileError, patterns_folder
from extractor.records import Fact, Note, Report
from extractor.screener import Screener

WORDS = lexicon.load(patterns_folder())
LETTER = """Clinic letter. 58-year-old man with adenocarcinoma of the lung, biopsy proven. Stage IVB (cT3 N2 M1c).
ECOG 2. Five liver metastases. Starts first-line carboplatin and pemetrexed."""
SCAN = """CT chest, abdomen and pelvis 12/03/2025.
Two liver metastases, both smaller. A single left adrenal metastasis. No bone metastases.
A focus in the spleen is possibly a metastasis.
Impression: partial response (RECIST 1.1)."""
VISIT = """Clinic letter. Previously ECOG 2, now ECOG 1. He has completed 4 cycles of first-line carboplatin and pemetrexed.
MRI brain 13/03/2025: one brain metastasis.

If he progresses, docetaxel would be next.

Family history: father had stage IV colon cancer.
Plan: All metastases are amenable to SBRT. Stereotactic radiosurgery to a brain metastasis was given in January 2025."""


@pytest.fixture(scope="module")
def report(screener: Screener) -> Report:
    return screener.screen(
        [
            Note(LETTER, "P", "letter", date(2024, 11, 20), "clinic letter"),
            Note(SCAN, "P", "scan", date(2025, 3, 12), "CT report"),
            Note(VISIT, "P", "visit", date(2025, 3, 20), "clinic letter"),
        ]
    )


# a question; what the answer says; the words of the notes behind it ("" where a sentence needs none)
ANSWERED = [
    # the verdict, what decides it, what is open
    ("why not eligible?", "The proposal is ineligible: 1 criterion is not met", "Stereotactic radiosurgery"),
    ("Why isn't he eligible", "Prior local therapy: not met", "Stereotactic radiosurgery"),
    ("does he qualify", "The proposal is ineligible", ""),
    ("can he join the trial?", "To confirm at the visit: Contraception and Consent", ""),
    ("what excludes him?", "Prior local therapy: not met", "Stereotactic radiosurgery"),
    ("what is missing?", "Local ablative therapy: Can radical surgery or radiotherapy treat the primary tumour?", ""),
    ("what do we need to ask next", "primary tumour", ""),
    ("anything open about the brain?", "Nothing that the notes should settle is open there", ""),
    ("which criteria are met?", "ECOG: met. ECOG 1 on 20 Mar 2025", "ECOG 1"),
    ("why is the local ablative therapy unknown?", "Local ablative therapy: unknown", "All metastases are amenable"),
    ("what decided the response?", "Response: met", "partial response"),
    ("why is ecog met", "ECOG: met", "ECOG 1"),
    ("what was set aside and why?", "set aside for ECOG: historical", "ECOG 2"),
    ("why was the spleen focus not counted?", "only possible: it changes no count", "A focus in the spleen"),
    ("any contradictions?", "No statements that decide contradict each other", ""),
    ("summarise the patient", "Stage: IVB", "Stage IVB"),
    # performance status: now, then, ever, compared
    ("latest ECOG?", "Performance status: ECOG 1 on 20 Mar 2025", "ECOG 1"),
    ("ecog?", "ECOG 1", "ECOG 1"),
    ("how fit is she", "ECOG 1", "ECOG 1"),
    ("what's the PS today", "ECOG 1", "ECOG 1"),
    ("was he ever ECOG 2?", "Yes. Performance status: ECOG 2", "ECOG 2"),
    ("was he ever ECOG 3?", "No finding says so of any time", "ECOG 2"),
    ("ECOG at baseline?", "ECOG 2 on 20 Nov 2024", "ECOG 2"),
    ("performance status before treatment", "ECOG 2 on 20 Nov 2024", "ECOG 2"),
    ("previous ecog", "ECOG 2 (historical)", "ECOG 2"),
    ("ECOG in March?", "ECOG 1 on 20 Mar 2025", "ECOG 1"),
    ("what was the ECOG in November 2024", "ECOG 2 on 20 Nov 2024", "ECOG 2"),
    ("ecog in 2023?", "the notes tell nothing of 1 Jan 2023 to 31 Dec 2023", ""),
    ("is he ECOG 0 or 1?", "Yes. Performance status: ECOG 1", "ECOG 1"),
    ("is the ecog below 1?", "No. Performance status: ECOG 1", "ECOG 1"),
    ("ECOG ≤ 1?", "Yes.", "ECOG 1"),
    ("is his KPS 80", "Not settled.", "ECOG 1"),
    # counts of metastases, by region and site, denied, possible
    ("how many brain mets?", "Brain: 1", "one brain metastasis"),
    ("any brain metastases", "Brain: 1", "one brain metastasis"),
    ("no bone mets?", "Bone: none (12 Mar 2025)", "bone metastases"),
    ("mets in the spleen?", "only possible", "A focus in the spleen"),
    ("kidney mets?", "Kidney: the notes tell of no metastasis there, and do not exclude one", ""),
    ("how many metastases are left?", "Extracranial: 3 metastases: adrenal 1, liver 2", "Two liver metastases"),
    ("more than 5 extracranial mets?", "No. Extracranial: 3", "Two liver metastases"),
    ("are there at least two liver lesions", "Yes. Liver: 2", "Two liver metastases"),
    ("how many liver metastases at diagnosis?", "liver: 5 on 20 Nov 2024", "Five liver metastases"),
    ("were there ever more than 4 liver mets?", "Yes. Metastases: liver: 5", "Five liver metastases"),
    ("show everything about the liver", "liver: 2 on 12 Mar 2025", "Two liver metastases"),
    ("adrenal", "Adrenal: 1", "single left adrenal metastasis"),
    # therapy, local therapy, amenability
    ("what chemo did he get?", "carboplatin + pemetrexed", "first-line carboplatin and pemetrexed"),
    ("did he receive docetaxel?", "do not tell that docetaxel was given", "docetaxel"),
    ("did he get Tagrisso?", "do not tell that osimertinib was given", ""),
    ("how many cycles?", "Cycles of the first line: 4 completed", "4 cycles"),
    ("did he complete at least four cycles", "Yes. Cycles", "4 cycles"),
    ("is he on second line?", "No. Line of therapy: 1", "first-line carboplatin and pemetrexed"),
    ("was the brain irradiated?", "Yes. Local therapy: SRS", "Stereotactic radiosurgery"),
    ("any prior surgery?", "No such local therapy is in the treatment history", "Stereotactic radiosurgery"),
    ("are all sites amenable to SBRT?", "nothing is said of primary", "All metastases are amenable to SBRT"),
    # disease, person, imaging
    ("what stage?", "Stage: IVB", "Stage IVB"),
    ("is it stage four?", "Yes. Stage: IVB", "Stage IVB"),
    ("stage IIIB?", "No. Stage: IVB", "Stage IVB"),
    ("TNM?", "cT3 N2 M1c", "cT3 N2 M1c"),
    ("what was the response?", "Response: PR", "partial response"),
    ("stable disease?", "No. Response: PR", "partial response"),
    ("did he ever progress?", "No finding says so", "partial response"),
    ("histology?", "NSCLC, adenocarcinoma", "adenocarcinoma of the lung"),
    ("is it small cell?", "No. Histology: NSCLC", "adenocarcinoma of the lung"),
    ("is it tissue-confirmed", "Tissue confirmation: confirmed", "biopsy proven"),
    ("has he signed the consent?", "Consent: the notes do not settle it", ""),
    ("is he older than 18?", "Yes. Age: 58 years", "58-year-old"),
    ("male or female?", "Sex: male", "man"),
    ("when was the last brain MRI?", "MRI of the head, on 13 Mar 2025", "MRI brain"),
    ("when did he respond", "on 12 Mar 2025", "partial response"),
    ("what cancer did his father have?", "stage IV (about a relative)", "stage IV"),
    ("what was found since 13 March 2025?", "ECOG 1 on 20 Mar 2025", "ECOG 1"),
    # misspelt, abbreviated, in any order
    ("how many brian metstases", "Brain: 1", "one brain metastasis"),
    ("latset performence statsu", "ECOG 1", "ECOG 1"),
    ("ecgo??", "ECOG 1", "ECOG 1"),
    ("RESPONCE", "Response: PR", "partial response"),
    ("mets brain how many", "Brain: 1", "one brain metastasis"),
    ("hepatic secondaries - number?", "Liver: 2", "Two liver metastases"),
    # more than one thing; things that are not read, beside some that are
    ("ecog and stage", "Stage: IVB", "ECOG 1"),
    ("creatinine and ECOG?", "Not read from notes: creatinine.", "ECOG 1"),
    ("ECOG and his zorgle?", "Not understood: zorgle.", "ECOG 1"),
]  # fmt: skip

DECLINED = [
    "will he survive?",
    "what is her potassium?",
    "is he ever going to be eligible?",
    "should we give SBRT?",
    "what is the prognosis?",
    "is he likely to respond?",
    "what happens if he progresses?",
    "what would you recommend after progression?",
    "PD-L1?",
    "what is the EGFR status",
    "smoking status?",
    "what is his blood pressure?",
    "hello",
    "",
    "?!",
    "who is the president?",
    "</script><b>",
    "ignore all previous instructions",
]


def _said(answer: Answer) -> str:
    return "\n".join(sentence.text for sentence in answer.sentences)


@pytest.mark.parametrize(("question", "says", "quotes"), ANSWERED, ids=[row[0] for row in ANSWERED])
def test_it_answers_from_the_findings(report: Report, question: str, says: str, quotes: str) -> None:
    answer = ask(question, report, WORDS)
    assert answer.understood
    assert says in _said(answer)
    shown = [finding.text for sentence in answer.sentences for finding in sentence.findings]
    assert not quotes or any(quotes in text for text in shown)


@pytest.mark.parametrize("question", DECLINED)
def test_it_says_what_it_cannot_answer(report: Report, question: str) -> None:
    answer = ask(question, report, WORDS)
    assert not answer.understood
    assert answer.sentences[0].text == "The findings cannot answer this."
    assert "You can ask for the verdict" in answer.sentences[-1].text
    assert not any(sentence.findings for sentence in answer.sentences)


def test_every_finding_that_is_cited_is_one_of_the_report(report: Report) -> None:
    for question, _, _ in ANSWERED:
        for sentence in ask(question, report, WORDS).sentences:
            assert all(finding in report.findings for finding in sentence.findings)
            assert all(sentence.ids)


def test_what_was_not_asked_for_is_not_said(report: Report) -> None:
    assert "Not understood" not in "".join(
        _said(ask(question, report, WORDS)) for question, says, _ in ANSWERED if "zorgle" not in says
    )
    assert "liver: 5" not in _said(ask("how many liver mets?", report, WORDS))
    assert "Yes" not in _said(ask("squamous or adenocarcinoma?", report, WORDS))
    assert "PD" not in _said(ask("latest response", report, WORDS))


def test_a_contradiction_is_told_with_both_sides(report: Report) -> None:
    both = tuple(finding for finding in report.findings if finding.concept == "performance_status")[:3:2]
    facts = replace(report.facts, facts={**report.facts.facts, "ecog": Fact(conflicts=both)})
    for question in ("latest ecog", "any conflicts?"):
        answer = ask(question, replace(report, facts=facts), WORDS)
        assert "contradict each other: ECOG 2 (20 Nov 2024) and ECOG 1 (20 Mar 2025)" in _said(answer)
        assert answer.sentences[0].findings == both


def test_an_empty_report_is_no_error(report: Report) -> None:
    empty = replace(report, criteria=(), findings=(), facts=replace(report.facts, facts={}))
    for question, _, _ in ANSWERED:
        assert ask(question, empty, WORDS).sentences


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("ecog in march", Period(date(2025, 3, 1), date(2025, 3, 31))),
        ("ecog in september", Period(date(2024, 9, 1), date(2024, 9, 30))),
        ("ecog since 3 March 2025", Period(date(2025, 3, 3), None)),
        ("ecog before Feb 2025", Period(None, date(2025, 1, 31))),
        ("ecog after 2025-03-12", Period(date(2025, 3, 13), None)),
        ("ecog until 2024", Period(None, date(2024, 12, 31))),
        ("ecog on the 12th of March", Period(date(2025, 3, 12), date(2025, 3, 12))),
        ("ecog on 31 February 2025", Period(date(2025, 2, 28), date(2025, 2, 28))),
        ("may he have brain mets", None),
    ],
)
def test_times(text: str, period: Period | None) -> None:
    assert read(text, WORDS, date(2025, 3, 20)).period == period


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ecog 1", Number(1, 1)),
        ("ecog 0-1", Number(0, 1)),
        ("more than three mets", Number(4, None)),
        ("5 or more mets", Number(5, None)),
        ("fewer than 5 mets", Number(0, 4)),
        ("up to 5 mets", Number(0, 5)),
        ("stage 4", None),
        ("ecog in 2025", None),
    ],
)
def test_numbers(text: str, number: Number | None) -> None:
    assert read(text, WORDS).number == number


def test_a_broken_file_is_refused_in_one_line(tmp_path: Path) -> None:
    text = (patterns_folder() / "ask.yaml").read_text(encoding="utf-8")
    (tmp_path / "ask.yaml").write_text(
        text.replace("instead_of: [therapy]", "instead_of: [nowhere]", 1), encoding="utf-8"
    )
    with pytest.raises(RuleFileError, match=r"ask\.yaml:\d+: there is no topic 'nowhere'"):
        lexicon.load(tmp_path)
