"""Questions about the sample patients, answered as a person answers them who has read their notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from extractor.ask import lexicon
from extractor.ask.answer import ask
from extractor.ask.values import fact_sentence
from extractor.evidence.wording import say_fact
from extractor.files import patterns_folder
from extractor.records import Note, Report
from extractor.screener import Screener

WORDS = lexicon.load(patterns_folder())

# patient, question, what the notes say, the words that say so ("" where the answer is that nothing does)
READ = [
    ("P01", "latest ECOG?", "ECOG 1 on 18 Mar 2025", "ECOG 1"),
    ("P01", "was she ever ECOG 2?", "Yes. Performance status: ECOG 2 (historical)", "ECOG 2"),
    ("P01", "ECOG at diagnosis?", "ECOG 2", "ECOG 2"),
    ("P01", "how many liver metastases are left?", "Liver: 2.", "Two residual liver metastases"),
    ("P01", "how many extracranial metastases?", "Extracranial: 3 metastases: adrenal 1, liver 2", "adrenal metastasis"),
    ("P01", "any brain mets?", "Brain: none (13 Mar 2025)", "brain metastases"),
    ("P01", "CNS mets?", "Cranial: no metastases", "brain metastases"),
    ("P01", "what stage?", "Stage: IVB", "cT2b N2 M1c"),
    ("P01", "what was the response?", "Response: PR on 11 Mar 2025", "Partial response"),
    ("P01", "how many cycles?", "4 completed", "4 cycles"),
    ("P01", "did she get pembrolizumab?", "carboplatin + pemetrexed + pembrolizumab", "pembrolizumab"),
    ("P01", "any prior local therapy?", "none is told in the treatment history", "radiation"),
    ("P01", "are all sites amenable?", "all sites are amenable", "amenable to SBRT"),
    ("P01", "has she consented?", "Consent: signed", "informed consent signed"),
    ("P01", "what is missing?", "Nothing that the notes should settle is open", ""),
    ("P01", "what cancer did her father have?", "stage IV (about a relative)", "stage IV"),
    ("P02", "how many brain mets?", "Brain: 2.", "two brain metastases"),
    ("P02", "more than 2 brain mets?", "No. Brain: 2.", "two brain metastases"),
    ("P02", "bone mets?", "Bone: 2.", "deposits in T9 and the left iliac bone"),
    ("P02", "liver mets?", "Liver: none (22 Apr 2025)", "liver"),
    ("P02", "stable disease?", "Yes. Response: SD on 22 Apr 2025", "stable disease"),
    ("P02", "is he on second line?", "No. Line of therapy: 1", "first line"),
    ("P02", "did she get pembrolizumab?", "the notes do not tell that pembrolizumab was given", ""),
    ("P02", "has she consented?", "Consent: the notes do not settle it", ""),
    ("P02", "did she have surgery?", "No such local therapy is in the treatment history", "surgery"),
    ("P03", "latest ECOG?", "Performance status: the notes do not settle it", ""),
    ("P03", "is it squamous?", "Yes. Histology: NSCLC, squamous", "squamous cell carcinoma of the lung"),
    ("P03", "did he progress?", "PD on 29 Apr 2025", "Progressive disease"),
    ("P03", "more than five liver mets?", "Yes. Liver: at least 6", "Innumerable FDG-avid liver metastases"),
    ("P03", "how many cranial metastases?", "Cranial: at least 7 metastases: brain 1, leptomeninges", "Leptomeningeal carcinomatosis"),
    ("P03", "adrenal mets?", "Adrenal: 2", "Bilateral adrenal metastases"),
    ("P03", "amenable to SBRT?", "said not to be possible", "amenable to local ablative treatment"),
    ("P03", "why not eligible?", "Response: not met", "Progressive disease"),
    ("P03", "how old is he?", "Age: 71 years", "71-year-old"),
    ("P04", "latest ECOG?", "ECOG 1-2 (from KPS 70)", "Karnofsky 70"),
    ("P04", "is his KPS 80 or more?", "No. Performance status", "Karnofsky 70"),
    ("P04", "is the ECOG 1?", "Not settled. Performance status: ECOG 1-2", "Karnofsky 70"),
    ("P04", "at least three bone mets?", "Not settled. Bone: at least 2", "Several bone metastases"),
    ("P04", "what was irradiated?", "radiotherapy, target: bone", "palliative radiotherapy"),
    ("P04", "response?", "Response: mixed on 12 Feb 2025", "mixed response"),
    ("P04", "what is missing?", "How many metastases remain exactly, by site: bone", "Several bone metastases"),
    ("P04", "did he receive sotorasib?", "do not tell that sotorasib was given", ""),
    ("P05", "latest ECOG?", "ECOG 2 on 12 Jun 2025", "ECOG PS 2"),
    ("P05", "previous ECOG", "ECOG 1 (historical)", "was 1"),
    ("P05", "how many cycles?", "2 completed", "C2"),
    ("P05", "did he get pembrolizumab?", "the notes do not tell that pembrolizumab was given", ""),
    ("P05", "stage IVB?", "No. Stage: IVA", "IVA"),
    ("P05", "brain mets?", "Brain: none (9 Jun 2025)", "mets"),
    ("P05", "why not eligible?", "ECOG: not met", "ECOG PS 2"),
    ("P06", "latest ECOG?", "ECOG 0 on 4 Sep 2025", "WHO PS:             0"),
    ("P06", "partial response?", "Yes. Response: PR on 28 Aug 2025", "PR"),
    ("P06", "was the adrenal removed?", "Yes. Local therapy", "adrenalectomy"),
    ("P06", "how many metastases are left?", "Extracranial: 3 metastases: bone 2, liver 1", "1 metastasis"),
    ("P06", "adrenal mets?", "Adrenal: none (resolved)", "Right adrenal"),
    ("P06", "contraception?", "Contraception: agreed", "agrees"),
    ("P07", "latest ECOG?", "Performance status: the notes do not settle it", "PS 0-1"),
    ("P07", "histology?", "Histology: the notes do not settle it", ""),
    ("P07", "liver mets?", "only possible", "liver mets"),
    ("P07", "how many cycles?", "Cycles of the first line: the notes do not settle it", "three cycles"),
    ("P08", "brain mets?", "Brain: none (1 Oct 2025)", "metastasis"),
    ("P08", "any radiosurgery?", "Yes. Local therapy: SRS", "stereotactic radiosurgery"),
    ("P08", "has she consented?", "Consent: refused", "declined trial"),
    ("P08", "what drug is she on?", "alectinib", "alectinib"),
    ("P09", "is it small cell?", "Yes. Histology: SCLC", "Small cell carcinoma of the left hilum"),
    ("P09", "latest ECOG?", "ECOG 1 on 19 Aug 2025", "ECOG 1"),
    ("P09", "ECOG in August 2025?", "ECOG 1", "ECOG 1"),
    ("P09", "stage?", "Stage: IIIB", "stage IIIB"),
    ("P09", "any metastases?", "Extracranial: no metastases", "metastases"),
]  # fmt: skip

QUESTIONS = {
    "age_years": "how old is the patient?",
    "sex": "which sex?",
    "histology": "what histology?",
    "tissue_confirmed": "is it tissue-confirmed?",
    "stage": "what stage?",
    "ecog": "latest ECOG?",
    "line": "which line of therapy?",
    "cycles": "how many cycles?",
    "months": "how many months of therapy?",
    "response": "what was the response?",
    "extracranial_metastases": "how many extracranial metastases?",
    "cranial_metastases": "how many cranial metastases?",
    "lat_amenable": "are all sites amenable?",
    "prior_local_therapy": "any prior local therapy?",
    "contraception": "contraception?",
    "consent": "consent?",
}
"""A question for each fact of a report."""


@pytest.fixture(scope="module")
def reports(screener: Screener, sample_patients: Mapping[str, Sequence[Note]]) -> Mapping[str, Report]:
    return {patient: screener.screen(notes) for patient, notes in sample_patients.items()}


@pytest.mark.parametrize(("patient", "question", "says", "words"), READ, ids=[f"{row[0]} {row[1]}" for row in READ])
def test_answers_are_what_the_notes_say(
    reports: Mapping[str, Report], patient: str, question: str, says: str, words: str
) -> None:
    answer = ask(question, reports[patient], WORDS)
    assert answer.understood
    assert says in "\n".join(sentence.text for sentence in answer.sentences)
    behind = [finding.text for sentence in answer.sentences for finding in sentence.findings]
    assert not words or any(words in text for text in behind)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_fact_is_told_with_all_its_evidence_or_said_to_be_open(reports: Mapping[str, Report], name: str) -> None:
    for report in reports.values():
        fact = report.facts.facts[name]
        answer = ask(QUESTIONS[name], report, WORDS)
        said = "\n".join(sentence.text for sentence in answer.sentences)
        cited = {finding.id for sentence in answer.sentences for finding in sentence.findings}
        if fact.value is None:
            assert "do not settle" in said or "contradict each other" in said
        else:
            told = say_fact(fact.value) if name.endswith("_metastases") else fact_sentence(name, fact).text
            assert told in said
            assert cited >= {finding.id for finding in fact.evidence}
