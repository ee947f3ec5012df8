"""Where a note is cut into sentences. Each row is a text with ``¦`` at every boundary that must be found."""

from __future__ import annotations

import time

import pytest

from extractor.files import patterns_folder
from extractor.language.layout import lay_out
from extractor.language.rules import load_rules
from extractor.language.text import clean

RULES = load_rules(patterns_folder()).layout

ABBREVIATIONS = [
    "Adenocarcinoma, St. IV, in good condition.",
    "Seen by Dr. Hale in clinic.¦ ECOG 1.",
    "Mr. Lowe and Mrs. Lowe attended.¦ They agree.",
    "Seen by Prof. Arnaud.¦ Plan unchanged.",
    "Metastases of e.g. liver and bone.",
    "Small nodules, i.e. granulomas, are stable.",
    "Osimertinib 80 mg o.d. since May.",
    "Dexamethasone 4 mg b.d. was stopped.¦ PS 1.",
    "Approx. 3 lesions remain.",
    "Lesion in seg. IV of the liver.",
    "Carboplatin resp. cisplatin is possible.",
    "The mass (max. 3 cm) is smaller.",
    "No. 3 of the list is unchanged.",
    "Pat. is fit.¦ No pain.",
    "Compared with prev. scan the mass is stable.",
    "Stable vs. prior CT.¦ No new lesion.",
    "Seen at 9 a.m. in the day unit.",
    "Hx. of smoking.¦ Quit 2010.",
    "Left adr. gland is enlarged.",
    "Treated at St. Mary hospital.",
    "Adenocarcinoma (see fig. 2).¦ TTF-1 positive.",
    "Inj. pemetrexed was given.",
    "The pt. denies pain.",
    "62 y.o. woman with NSCLC.",
    "Met. bone lesions, diff. sclerotic.",
    "Lymph nodes etc. are unremarkable.",
    "Referral by J. Smith.¦ Thank you.",
    "Seen with A. B. Carter today.",
]
NUMBERS = [
    "The nodule measures 1.2 cm and 0.8 cm.",
    "The mass measures 3.4 x 2.1 cm.¦ No new lesion.",
    "Creatinine 1.1.¦ Haemoglobin 12.4.",
    "CEA fell from 12.5 to 3.2 ng/ml.",
    "RECIST 1.1 partial response.",
    "Partial response by RECIST 1.1.¦ No new lesion.",
    "Dose 1.000 mg.",
    "PD-L1 TPS < 1 %.¦ EGFR wild type.",
    "She has ECOG 1.¦ She walks daily.",
    "Stage IV.¦ ECOG 0.",
    "Completed cycle 4.¦ CT next week.",
    "T 36.8, BP 120/80.¦ PR 72.",
    "Lesions of 1.2, 0.8 and 0.6 cm.",
    "SUVmax 5.6.¦ No other uptake.",
    "Stage IVA (TNM 8th ed.).",
]
DATES = [
    "CT on 12.03.2025 shows stable disease.",
    "CT on 12.03.2025.¦ MRI to follow.",
    "Started 3.4.25, still ongoing.",
    "Seen on 03/14/2025.¦ ECOG 1.",
    "Born 04.08.1957, lives alone.",
    "CT 2025-03-14: stable.¦ MRI 2025-03-15: clear.",
]
MARKS = [
    "Any pain?¦ No.",
    "? splenic met.",
    "Metastases?¦ The patient is confused.",
    "Thank you!¦ Kind regards",
    "Mass in the left lung (T2a).¦ No nodes.",
    'He said "I am well."¦ ECOG 1.',
    "The lesion (segment VI.¦ 1.2 cm",
    "Two lesions (liver, 1.2 cm. and 0.9 cm) remain.",
    "Stable.¦The liver is clear.",
    "Bone ...... 5",
    "Liver ..... none",
    "No metastases; ECOG 1.",
    "Findings: no metastases.",
    "Unchanged... no new lesion.",
    "A: stable.¦ P: continue.",
]
LINES = [
    "Liver: one lesion\n¦Bone: none",
    "ECOG 1\n¦Stage IV",
    "No liver metastases.\n¦Bone metastases.",
    "No liver metastases\n¦\n¦Bone metastases in T4",
    "PMH: hypertension\n¦Meds: aspirin",
    "No metastases\n¦- liver lesion\n¦- bone lesion",
    "Findings\n¦* liver lesion\n¦* adrenal lesion",
    "1. Stable disease\n¦2. No new lesion\n¦3. Two liver metastases",
    "1) NSCLC stage IV\n¦2) COPD",
    "a) liver\n¦b) bone",
    "• no brain metastases\n¦• liver metastases",
    "[x] PR\n¦[ ] SD\n¦[ ] PD",
    "☒ PR\n¦☐ SD",
    "ECOG 1\r\n¦Stage IV",
    "ECOG 1\r¦Stage IV",
    "Impression:\n¦Stable disease.",
    "IMPRESSION\n¦Stable disease.",
    "Plan:\n¦- continue\n¦- CT in 6 weeks",
    "Liver       2\n¦Bone        3",
    "|site|count|\n¦|liver|2|\n¦|bone|3|",
    "Site      Count     Size\n¦Liver     2         12 mm\n¦Bone      1         9 mm",
    "12/03/2025 cycle 1\n¦02/04/2025 cycle 2\n¦23/04/2025 cycle 3",
    "Age: 62     ¦Sex: F",
    "Diagnosis: NSCLC\n¦Stage: IVB\n¦ECOG: 1",
    "NSCLC\n¦COPD\n¦Hypertension",
    "Thank you.\n¦\n¦Yours sincerely,\n¦Dr. Hale",
    "Stable disease.\n¦\n¦\n¦No new lesion.",
    "----------\n¦Stable disease.",
    "CT chest\n¦==========\n¦No nodule.",
    "- No brain metastases\n¦- Liver metastases",
    "> no pain\n¦> eats well",
    "(1) liver\n¦(2) bone",
    "i. liver\n¦ii. bone",
    "+ liver\n¦+ bone",
]
WRAPS = [
    "The restaging CT of the chest and abdomen shows a partial response, with\ntwo liver metastases.",
    "There is no evidence of metastases in the brain, the liver, the bones or\nthe adrenal glands on this scan.",
    "No evidence of\nbrain metastases.",
    "She completed four cycles of carboplatin, pemetrexed and pembrolizumab on\n26 February.¦ ECOG 1.",
    "The primary tumour in the right upper lobe has decreased in size and now\nmeasures 21 mm.¦ The hilar nodes have gone.",
    "There is a metastasis in the left adrenal gland, which has decreased from\n2.7 cm to 1.4 cm since December.",
    "Mr. Lowe is a 62-year-old man with stage IVB adenocarcinoma of the lung,\nEGFR wild type, PD-L1 40 percent.",
    "He has metastases of the liver and of the right\nadrenal gland.",
    "Unchanged sclerotic metastases in the thoracic spine, the left iliac and\nthe sternum.\n¦\n¦No liver metastases.",
    "We discussed the trial with the patient and her husband, who had read the\nleaflet already.¦ They will think about it.",
    "The scan was compared with that of\nJanuary 2025.",
    "The liver shows two metastases, in segments II and\nVII.",
    "Known liver metastases have decreased, the largest of them now measures just\n9 mm in segment VI.",
]
HEADINGS = [
    "HISTORY: lung cancer.¦ FINDINGS: no nodule.",
    "Impression: stable disease.¦ Recommendation: continue.",
    "FAMILY HISTORY\n¦Father had colon cancer.",
    "PMH\n¦CKD stage 3.",
    "Comparison: CT of 3 January.\n¦Findings: stable.",
    "Assessment/Plan:\n¦1. NSCLC",
    "Trial criteria:\n¦ECOG 0-1",
    "Oncological history:\n¦Lung cancer 2024",
    "A/P: stable.¦ Continue.",
    "## Impression\n¦Stable.",
    "=== FINDINGS ===\n¦Stable.",
    "1. FINDINGS:\n¦Stable.",
]
MONTHS = ["CT of 14 Mar. 2025 shows PR.", "Biopsy on Jan. 5, 2025 was positive.", "Started in Sept. 2024, ongoing."]
TABLE = [*ABBREVIATIONS, *NUMBERS, *DATES, *MARKS, *LINES, *WRAPS, *HEADINGS, *MONTHS]


def _sentences(text: str) -> list[str]:
    layout = lay_out(clean(text).text, RULES)
    return [layout.text[s.start : s.end] for s in layout.sentences]


@pytest.mark.parametrize("marked", TABLE)
def test_boundaries(marked: str) -> None:
    wanted = [" ".join(part.split()) for part in marked.split("¦")]
    assert [" ".join(s.split()) for s in _sentences(marked.replace("¦", ""))] == [part for part in wanted if part]


@pytest.mark.parametrize("marked", TABLE)
def test_sentences_are_in_order_and_leave_no_word_out(marked: str) -> None:
    layout = lay_out(clean(marked.replace("¦", "")).text, RULES)
    place = 0
    for sentence in layout.sentences:
        assert not layout.text[place : sentence.start].strip()
        assert place <= sentence.start < sentence.end
        place = sentence.end
    assert not layout.text[place:].strip()


SECTIONS = [
    ("Impression:\nStable disease.", "Stable", "impression"),
    ("IMPRESSION\nStable disease.", "Stable", "impression"),
    ("Findings: one nodule.\nImpression: stable.", "nodule", "findings"),
    ("Findings: one nodule.\nImpression: stable.", "stable", "impression"),
    ("PMH: asthma", "asthma", "past_medical_history"),
    ("F/h/o: elder brother had cancer", "brother", "family_history"),
    ("FHx\nFather had cancer", "Father", "family_history"),
    ("Family History:\nFather had cancer\n\nAssessment:\nECOG 1", "ECOG", "assessment"),
    ("Inclusion criteria:\n- ECOG 0-1", "ECOG", "trial_criteria"),
    ("DDx: metastasis or abscess", "abscess", "differential"),
    ("A/P: ECOG 1", "ECOG", "assessment"),
    ("Comparison: CT of 3 January", "January", "comparison"),
    ("HISTORY: lung cancer. FINDINGS: no nodule.", "nodule", "findings"),
    ("Patient is well.", "well", None),
    ("Family history: none\n\nECOG 1 today", "ECOG", None),
    ("DISPOSITION AND FOLLOW UP:\nECOG 1", "ECOG", "other"),
    ("Addendum 14 March:\nOne further lesion", "lesion", "addendum"),
    ("Plan:\n1. CT in 6 weeks", "CT", "plan"),
    ("Diagnosis: NSCLC", "NSCLC", "diagnosis"),
    ("The impression: she is well", "well", None),
]


@pytest.mark.parametrize(("text", "word", "section"), SECTIONS)
def test_sections(text: str, word: str, section: str | None) -> None:
    layout = lay_out(text, RULES)
    place = layout.text.index(word)
    sentence = next(s for s in layout.sentences if s.start <= place < s.end)
    assert (sentence.section.name if sentence.section else None) == section


def test_a_stretch_without_a_stop_is_cut_at_spaces() -> None:
    layout = lay_out("word " * 1000, RULES)
    assert len(layout.sentences) > 5
    assert all(layout.text[s.start : s.end].strip("word ") == "" and s.end - s.start <= 700 for s in layout.sentences)
    assert all(layout.text[s.start : s.end].endswith("word") for s in layout.sentences)


def test_layout_takes_linear_time() -> None:
    """A quarter of a megabyte takes seconds; were it quadratic, it would take hours."""
    line = "1. Liver: two metastases (segments II and VII), 1.2 x 0.9 cm, vs. 2.4 cm; stable\n"
    for text in (
        line * 3000,
        line.replace("\n", " ") * 3000,
        "(" * 60_000,
        "." * 60_000,
        "a. " * 60_000,
        "\n" * 60_000,
    ):
        begin = time.process_time()
        lay_out(text, RULES)
        assert time.process_time() - begin < 10
