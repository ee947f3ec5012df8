"""How fast notes are read, beside stock medspaCy on the same notes in the same run.

    python benchmarks/reading.py

prints a table and keeps it in ``benchmarks/SPEED.md``. Times are those of one core (CPU time), the
best of some rounds. The notes are the sample notes with other numbers in them, and invented notes
about other things; in the mixed export five notes of a hundred are relevant.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 3
RELEVANT, MIXED = 60, 400
OTHER = """
Reviewed in the diabetic foot clinic this morning. The ulcer under the first metatarsal head is clean and granulating.
HbA1c has come down from 71 to 63 mmol/mol. Continue metformin 1 g twice daily and gliclazide 80 mg.
Blood pressure 134/82, pulse 76 regular, weight 84 kg.
Walks to the shops with one stick and manages the stairs with a rail.
Echocardiogram: mild mitral regurgitation, ejection fraction 55 percent. No pericardial effusion.
Chest pain settled with rest, troponin 6 then 7 ng/L. ECG sinus rhythm, no new changes.
Slept poorly because of the knee. Physiotherapy twice a week, quadriceps exercises at home.
Wound edges well apposed, clips to come out on day 10. Dressing changed, no discharge.
Allergic to penicillin (rash). Does not smoke, wine at weekends.
Cataract surgery to the right eye is booked for the spring list.
Urine dipstick clear, creatinine 88, potassium 4.3, sodium 139.
Please recheck the thyroid function in six weeks and adjust levothyroxine.
Asthma well controlled on the preventer inhaler, peak flow 410.
The plaster was removed today. X-ray shows callus and good alignment of the distal radius.
Hearing aids fitted, audiogram attached for your records.
Daughter visits daily and collects the prescriptions.
Vaccinated against influenza and pneumococcus in October.
Colonoscopy complete to the caecum, diverticula in the sigmoid, otherwise normal.
Seen with the interpreter. She understands the plan and will ring if the swelling comes back.
Anticoagulation clinic: INR 2.4, next visit in four weeks, warfarin 3 mg alternating with 4 mg.
Mood brighter, appetite good, sertraline continues at the same dose.
Migraine twice a month, sumatriptan helps within the hour.
Home oxygen assessment not needed, saturation 96 percent on air.
He was advised about diet, salt and regular walking.
""".strip().splitlines()


def relevant_notes(count: int) -> list[str]:
    """Sample notes, each time with other digits in them."""
    samples = [path.read_text(encoding="utf-8") for path in sorted((HERE.parent / "sample_notes").glob("*.txt"))]
    return [_varied(samples[number % len(samples)], random.Random(number)) for number in range(count)]


def _varied(text: str, chance: random.Random) -> str:
    return re.sub(r"(?<=\d)\d", lambda match: str(chance.randint(1, 9)), text)


def other_notes(count: int) -> list[str]:
    """Notes about other things, as long as the sample notes."""
    notes: list[str] = []
    for number in range(count):
        chance = random.Random(number)
        who = chance.choice(["man", "woman", "gentleman", "lady"])
        head = f"Clinic letter {chance.randint(1, 28)}/{chance.randint(1, 12)}/2025\n\n"
        opening = f"I saw this {chance.randint(20, 90)}-year-old {who} in clinic today.\n"
        lines = chance.sample(OTHER, chance.randint(8, 18))
        breaks = [chance.choice([" ", " ", "\n"]) for _ in lines]
        notes.append(head + opening + "".join(line + end for line, end in zip(lines, breaks, strict=True)))
    return notes


def mixed_notes(count: int) -> list[str]:
    """An export of which five notes of a hundred are relevant."""
    notes = [*relevant_notes(count // 20), *other_notes(count - count // 20)]
    random.Random(0).shuffle(notes)
    return notes


def seconds(work: Callable[[str], object], notes: Sequence[str], rounds: int = ROUNDS) -> float:
    """CPU seconds for some notes, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        for note in notes:
            work(note)
        best = min(best, time.process_time() - begin)
    return best


def start_up(*command: str) -> float:
    """Seconds that a command takes from a cold start, the best of some."""
    best = float("inf")
    for _ in range(ROUNDS + 2):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        best = min(best, time.perf_counter() - begin)
    return best


def main() -> None:
    """Measure all, print it, keep it."""
    warnings.simplefilter("ignore")
    from loguru import logger

    logger.disable("PyRuSH")
    import medspacy

    from extractor.records import Note
    from extractor.screener import Screener

    stock, screener = medspacy.load(), Screener()

    def read(text: str) -> object:
        return screener.find(Note(text, note_date=date(2025, 6, 1)))

    rows: list[str] = []
    for title, notes, again in (
        ("relevant notes", relevant_notes(RELEVANT), 1),
        ("mixed export, 5 % relevant", mixed_notes(MIXED), 1),
        ("notes about other things", other_notes(MIXED // 2), 1),
    ):
        size = sum(map(len, notes)) / 1000
        ours, theirs = seconds(read, notes), seconds(stock, notes, again)
        rows.append(
            f"| {title} | {size / len(notes):.1f} | {len(notes) / ours:,.0f} | {size / ours:,.0f} "
            f"| {len(notes) / theirs:,.1f} | {size / theirs:,.0f} | {theirs / ours:,.0f} × |"
        )
    ten = "\n".join(relevant_notes(20))[:10_000]
    growth = seconds(read, ["\n".join(relevant_notes(2000))[:1_000_000]], 1) / (100 * seconds(read, [ten]))
    sample = str(sorted((HERE.parent / "sample_notes").glob("*.txt"))[0])
    spacy_alone = start_up("-c", "import spacy")
    cold = start_up("-m", "extractor", "screen", sample)
    page = "\n".join(
        [
            "# Speed",
            "",
            "Written by `python benchmarks/reading.py`; one core, CPU time, text to findings.",
            "",
            "| notes | kB a note | notes/s | kB/s | stock medspaCy notes/s | kB/s | ratio |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            f"- A note of 1 MB takes {growth:.2f} times as long as a hundred of 10 kB.",
            f"- `trialscreen screen` on one note, cold: {cold:.2f} s, {cold / spacy_alone:.2f} times "
            f'`python -c "import spacy"` ({spacy_alone:.2f} s).',
            "",
        ]
    )
    (HERE / "SPEED.md").write_text(page, encoding="utf-8")
    sys.stdout.write(page)


if __name__ == "__main__":
    main()
