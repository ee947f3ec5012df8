"""``python -m extractor`` is ``trialscreen``."""

from extractor.cli import main

if __name__ == "__main__":
    main()
