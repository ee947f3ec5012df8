"""Counts of metastases over a patient's notes: invented notes, and the interval that a reader would tell."""

from __future__ import annotations

from datetime import date

import pytest

from extractor.records import Fact, Note
from extractor.screener import Screener

STAGING = (date(2025, 1, 10), "radiology report")
RESTAGING = (date(2025, 6, 2), "radiology report")
CLINIC = (date(2025, 6, 9), "clinic letter")
STAGE = "Adenocarcinoma of the lung, cT2 N1 M1c, stage IVB."
CT = "CT chest, abdomen and pelvis. "


def notes(*told: tuple[tuple[date, str], str]) -> list[Note]:
    return [
        Note(text, patient_id="P", note_id=f"n{number}", note_date=day, note_type=kind)
        for number, ((day, kind), text) in enumerate(told)
    ]


EXTRACRANIAL = [
    ("sites add up", [(RESTAGING, CT + "Two liver metastases. Left adrenal metastasis 12 mm.")], (3, 3)),
    ("a bare plural is two or more", [(RESTAGING, CT + "Liver metastases unchanged.")], (2, None)),
    ("told twice, counted once", [(RESTAGING, CT + "Two liver metastases.\nImpression: Two liver metastases.")], (2, 2)),
    (
        "a letter repeats the report",
        [(RESTAGING, CT + "Left adrenal metastasis 9 mm."), (CLINIC, "CT: left adrenal metastasis smaller.")],
        (1, 1),
    ),
    (
        "the newest imaging decides",
        [(STAGING, CT + "Five liver metastases."), (RESTAGING, CT + "Two liver metastases remain.")],
        (2, 2),
    ),
    (
        "a site that is no longer told of may have gone",
        [(STAGING, CT + "Left adrenal metastasis. T8 metastasis."), (RESTAGING, CT + "T8 metastasis sclerotic.")],
        (1, 2),
    ),
    (
        "an organ that is normal holds none",
        [
            (STAGING, CT + "Left adrenal metastasis. T8 metastasis."),
            (RESTAGING, CT + "T8 metastasis sclerotic. Adrenals unremarkable."),
        ],
        (1, 1),
    ),
    (
        "one place went, its neighbour is not told of",
        [(STAGING, CT + "L2 metastasis. T8 metastasis."), (RESTAGING, CT + "L2: uptake vanished, normal bone.")],
        (0, 1),
    ),
    (
        "all have gone",
        [(STAGING, CT + "Left adrenal metastasis."), (RESTAGING, CT + "The left adrenal metastasis has resolved.")],
        (0, 0),
    ),
    (
        "a part of the whole is left",
        [(RESTAGING, CT + "Of the four liver metastases two are left, 6 and 9 mm.")],
        (2, 2),
    ),
    ("regional nodes are not counted", [(RESTAGING, CT + "Metastatic hilar node. One liver metastasis.")], (1, 1)),
    ("distant nodes are", [(RESTAGING, CT + "Left axillary node metastasis 14 mm. One liver metastasis.")], (2, 2)),
    ("benign lesions are not", [(RESTAGING, CT + "One liver metastasis. Haemangioma in segment 2, L3 enostosis.")], (1, 1)),
    ("the primary is not", [(RESTAGING, CT + "RUL mass 23 mm. One liver metastasis.")], (1, 1)),
    ("an indeterminate lesion is not", [(RESTAGING, CT + "One liver metastasis. Indeterminate 5 mm splenic lesion.")], (1, 1)),
    (
        "what shrinks under treatment is a metastasis of stage IV",
        [(CLINIC, STAGE), (RESTAGING, CT + "T8 metastasis. Liver lesion segment 6, 9 mm (21 mm).")],
        (2, 2),
    ),
    (
        "what is chosen for ablation is one",
        [(CLINIC, STAGE + " Board: liver and T8 amenable to SBRT."), (RESTAGING, CT + "T8 metastasis. Liver lesion segment 6, 9 mm.")],
        (2, 2),
    ),
    (
        "what a statement on all sites names is one",
        [
            (CLINIC, STAGE + " Board: all remaining sites, i.e. the lung tumour, spleen and T8, can be treated with SBRT."),
            (RESTAGING, CT + "T8 metastasis. Splenic lesion 9 mm."),
        ],
        (2, 2),
    ),
    (
        "an organ that a statement on all sites only touches on is none",
        [
            (CLINIC, STAGE + " Board: all remaining sites can be treated with SBRT, splenic cyst and dose to the kidney no problem."),
            (RESTAGING, CT + "T8 metastasis. Splenic lesion 9 mm. Renal lesion 8 mm."),
        ],
        (1, 1),
    ),
    (
        "the report's own count outranks its places",
        [(RESTAGING, CT + "Metastases of T8, left ilium and L2.\nImpression: Two residual bone metastases.")],
        (2, 2),
    ),
    (
        "an addendum corrects",
        [(RESTAGING, CT + "Four liver metastases.\n\nADDENDUM 05/06/2025: The number of liver metastases is corrected to three.")],
        (3, 3),
    ),
    (
        "numbers that contradict each other",
        [(CLINIC, "CT: two liver metastases."), (CLINIC, "CT: four liver metastases.")],
        None,
    ),
    ("a list names each place", [(RESTAGING, CT + "Metastases in T5, L1 and the left ischium.")], (3, 3)),
    ("a range of vertebrae", [(RESTAGING, CT + "Metastases of T10 to L1.")], (4, 4)),
    ("both of a pair", [(RESTAGING, CT + "Metastases of both adrenals.")], (2, 2)),
    ("both lungs hold at least two", [(RESTAGING, CT + "Metastases in both lungs.")], (2, None)),
    ("up to", [(RESTAGING, CT + "Up to four liver metastases.")], (1, 4)),
    ("countless", [(RESTAGING, CT + "Innumerable liver metastases.")], (6, None)),
    ("a malignant effusion", [(RESTAGING, CT + "Malignant pleural effusion. One liver metastasis.")], (2, None)),
    ("a relative's are not the patient's", [(CLINIC, "CT: one liver metastasis. Mother had bone metastases.")], (1, 1)),
    ("a trial's limit is no count", [(CLINIC, "CT: one liver metastasis. LAT study (max 5 metastases).")], (1, 1)),
    ("a table of sizes", [(RESTAGING, CT + "\nLiver metastasis segment 3: 17 - 12 - 9 mm\nLiver metastasis segment 8: 9 - 5 - 0 mm")], (1, 1)),
    ("a table of counts", [(RESTAGING, CT + "\nLiver mets (n)    5    3    2")], (2, 2)),
    (
        "what a former number has come down to",
        [(RESTAGING, CT + "The splenic metastases (seven at baseline) have dwindled to a pair. Bone metastases, formerly 9, now three to four remaining.")],
        (5, 6),
    ),
    ("from so many to so many", [(RESTAGING, CT + "Liver: from 6 metastases to 2.")], (2, 2)),
    ("the ones besides the remaining are no number", [(RESTAGING, CT + "Three liver metastases; the remaining two foci are cysts.")], (3, 3)),
    ("a count that is told later", [(RESTAGING, CT + "Multiple renal metastases, number not less than 8.")], (8, None)),
    ("metastatic behind its noun", [(RESTAGING, CT + "A coeliac node of 12 mm, also metastatic. In both kidneys, nodules innumerable, metastatic.")], (7, None)),
    ("a later pronoun", [(RESTAGING, CT + "There are three spots in the spleen, hard to tell apart; they were proven secondaries.")], (3, 3)),
    ("both of these", [(RESTAGING, CT + "Uptake at the fourth lumbar vertebra and the left seventh rib; both of these remain as sclerotic metastases.")], (2, 2)),
    ("the place at the head of a clause", [(RESTAGING, CT + "In the right kidney, two metastases are still present. Pancreas, metastasis of the tail 9 mm.")], (3, 3)),
    ("the other two of a whole", [(RESTAGING, CT + "Three of the splenic metastases are no longer visible; the other two measure 6 and 9 mm.")], (2, 2)),
    ("found again of those before", [(CLINIC, "Before treatment there were nine liver metastases. On the new CT the radiologist can make out four of these.")], (4, 4)),
    ("one lung and its lobes", [(RESTAGING, CT + "Metastases in the right lung, one in the upper lobe and three in the lower lobe.")], (4, 4)),
    ("a process and its vertebra", [(RESTAGING, CT + "Metastases in the spinous process of C5, the transverse process of T9 and the shoulder blade.")], (3, 3)),
    ("one metastasis each of a pair", [(RESTAGING, CT + "Both kidneys carry one metastasis each, 9 mm right and 14 mm left.")], (2, 2)),
    ("spread on the primary's side is T4", [(RESTAGING, CT + "One splenic metastasis. Ipsilateral intrapulmonary spread (T4).")], (1, 1)),
    (
        "a part that the scan leaves out",
        [(STAGING, CT + "Bone metastases: T7, L2, left femoral shaft."), (RESTAGING, CT + "T7 metastasis dense. L2 metastasis dense. The femoral shafts lie outside the scan volume.")],
        (3, 3),
    ),
    (
        "a numbered list, a place below the scan",
        [(STAGING, CT + "Three bone metastases: T7, L2, right femoral head."), (RESTAGING, CT + "T7: sclerotic metastasis. L2: sclerotic metastasis."), (CLINIC, "The femoral head is below the lower edge of the scan.")],
        (3, 3),
    ),
    (
        "limbs not examined since",
        [(STAGING, CT + "Bone metastases: T7, right tibia, left humerus."), (RESTAGING, CT + "T7 shows sclerosis of the known metastasis."), (CLINIC, "Extremities were not imaged.")],
        (3, 3),
    ),
    (
        "several where the scan does not reach",
        [(STAGING, CT + "Metastases: one in the left scapula and several in the sacrum."), (RESTAGING, CT + "Left scapula: metastasis 6 mm."), (CLINIC, "The pelvis is missing on the restaging CT.")],
        (3, None),
    ),
    (
        "a part left out that held nothing",
        [(STAGING, CT + "Bone metastases: T7, L2."), (RESTAGING, CT + "T7 metastasis dense. L2 metastasis dense. The femoral shafts lie outside the scan volume.")],
        (2, 2),
    ),
    (
        "what the scan covers and does not show may have gone",
        [(STAGING, CT + "Bone metastases: T7, left femoral shaft."), (RESTAGING, CT + "T7: sclerotic metastasis.")],
        (1, 1),
    ),
    ("a denial of one kind is no total", [(RESTAGING, CT + "No visceral metastases.")], None),
    ("nothing outside the bones", [(RESTAGING, CT + "Metastasis of L3 unchanged. No extraosseous metastasis.")], (1, 1)),
    ("no distant metastases are none", [(RESTAGING, CT + "No distant metastases.")], (0, 0)),
    (
        "unchanged in number",
        [(STAGING, CT + "Seven splenic metastases."), (RESTAGING, CT + "The splenic metastases are smaller and unchanged in number.")],
        (7, 7),
    ),
    (
        "unchanged in size only",
        [(STAGING, CT + "Seven splenic metastases."), (RESTAGING, CT + "The splenic metastases are unchanged in size.")],
        (2, None),
    ),
    (
        "the others are as they were",
        [
            (STAGING, CT + "Liver metastases: segment 2, segment 5, segment 7."),
            ((date(2025, 4, 2), "radiology report"), CT + "Liver: segment 2 metastasis 8 mm, segment 5 metastasis 6 mm."),
            (RESTAGING, CT + "Liver: the segment 2 metastasis is no longer seen. The others are as on the last CT."),
        ],
        (1, 1),
    ),
    (
        "a total that is corrected",
        [(RESTAGING, CT + "Metastases: T7, L2 and left ilium. Metastases in both adrenals. Number of residual metastases: five."), ((date(2025, 6, 4), "correction notice"), "Left ilium: red marrow island. Number of residual metastases: four.")],
        (4, 4),
    ),
    (
        "tissue takes one of a number back",
        [(RESTAGING, CT + "Four liver metastases, one of them new in segment 3."), ((date(2025, 6, 9), "radiology report"), CT + "Liver metastases: both gone.")],
        (0, 0),
    ),
    (
        "a focus that is one or two",
        [(RESTAGING, CT + "Left kidney: a focus of 9 mm with a waist, either one metastasis or two adjoining ones. Right kidney: metastasis 5 mm.")],
        (2, 3),
    ),
    (
        "the day of the study compared with",
        [(STAGING, CT + "Four splenic metastases."), (RESTAGING, "CT chest, abdomen and pelvis with outside comparison of 10 January 2025. One splenic metastasis remains.")],
        (1, 1),
    ),
    ("residues that number so many", [(RESTAGING, CT + "Metastasis of the left ilium. Osseous residues number three.")], (3, 3)),
    ("five in the body", [(RESTAGING, CT + "Skeleton: metastases in T7 and L2. A total of two residual metastases in the body.")], (2, 2)),
    ("nothing is told", [(CLINIC, "Feels well.")], None),
]  # fmt: skip

CRANIAL = [
    ("a clear scan", [(CLINIC, "MRI brain 1 June 2025: clear.")], (0, 0)),
    ("no metastases", [(CLINIC, "MRI brain 1 June 2025: no metastases.")], (0, 0)),
    ("two are left", [(RESTAGING, "MRI brain. Of the five metastases two are left.")], (2, 2)),
    ("oedema has gone, the lesion has not", [(RESTAGING, "MRI brain. Left frontal metastasis 4 mm, oedema gone.")], (1, 1)),
    ("a cavity", [(RESTAGING, "MRI brain. Clean resection cavity, no enhancement, no metastasis.")], (0, 0)),
    ("only an indeterminate focus", [(RESTAGING, "MRI brain. 3 mm enhancing focus, indeterminate.")], None),
    ("leptomeningeal disease", [(RESTAGING, "MRI brain. Leptomeningeal carcinomatosis.")], (6, None)),
    ("ischaemic foci", [(RESTAGING, "MRI brain. No metastases. Scattered ischaemic foci.")], (0, 0)),
    ("not recognised", [(CLINIC, "On head MRI of 3 June 2025, intracranial metastasis is not recognised.")], (0, 0)),
    ("without M1", [(CLINIC, "MRI brain 1 June 2025: without M1.")], (0, 0)),
    ("a bone of the skull is none", [(RESTAGING, "MRI brain. Left frontal metastasis 4 mm. Metastasis of the calvaria right parietal 9 mm.")], (1, 1)),
    ("the day of the radiosurgery is not that of the scan", [(STAGING, "MRI brain. Two metastases: left frontal lobe 9 mm, right cuneus 5 mm."), (RESTAGING, "MRI brain. After radiosurgery to both on 20 January 2025. Left frontal lobe: gone. Right cuneus: residual 3 mm.")], (1, 1)),
    ("metastasis-free", [(CLINIC, "Brain: MRI of 3 June 2025, metastasis-free.")], (0, 0)),
    ("the other hemisphere", [(CLINIC, "MRI brain 3 June 2025: three metastases in the left cerebellar hemisphere and two in the right one.")], (5, 5)),
    ("a fossa that was not seen", [(STAGING, "MRI brain. Two metastases: left frontal lobe 9 mm, right cerebellar hemisphere 6 mm."), (RESTAGING, "MRI brain. Left frontal lobe metastasis 4 mm. The posterior fossa could not be assessed.")], (2, 2)),
    ("present now, in a summary", [(RESTAGING, "MRI brain. Left frontal metastasis 4 mm; scar in the pons only.")], (1, 1)),
    ("focal signs are no scan", [(CLINIC, "MRI brain planned. No focal signs.")], None),
    ("never scanned", [(CLINIC, "MRI brain not done.")], None),
]  # fmt: skip


def _interval(fact: Fact) -> tuple[int, int | None] | None:
    value = fact.value
    return None if value is None else (value["low"], value["high"])


@pytest.mark.parametrize(("told", "count"), [row[1:] for row in EXTRACRANIAL], ids=[row[0] for row in EXTRACRANIAL])
def test_extracranial(
    told: list[tuple[tuple[date, str], str]], count: tuple[int, int | None] | None, screener: Screener
) -> None:
    facts = screener.screen(notes(*told)).facts
    assert _interval(facts.facts["extracranial_metastases"]) == count


@pytest.mark.parametrize(("told", "count"), [row[1:] for row in CRANIAL], ids=[row[0] for row in CRANIAL])
def test_cranial(
    told: list[tuple[tuple[date, str], str]], count: tuple[int, int | None] | None, screener: Screener
) -> None:
    facts = screener.screen(notes(*told)).facts
    assert _interval(facts.facts["cranial_metastases"]) == count
