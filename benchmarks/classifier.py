"""Which figures of papers are taken for designs: recall, precision and calibration on labelled figures.

    python benchmarks/classifier.py FOLDER [--papers PDFS] [--split test]

FOLDER has `labels.tsv` and `crops/` as `dlc.frontends.figure.classify.fit` reads them. The trees that come with
the compiler were fitted on the split "train" alone, so that only "test" tells how well they do.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

from dlc.frontends.figure.classify.fit import Example, examples, report
from dlc.frontends.figure.classify.judge import LEAST
from dlc.frontends.figure.classify.trees import Trees, fitted

EDGES = (0.0, 0.05, 0.2, 0.33, 0.5, 0.7, 0.9, 1.01)


def calibration(trees: Trees, chosen: Sequence[Example]) -> str:
    """How many of the figures said to be so likely designs are designs, as lines of a table."""
    likely = [(trees.probability(example.with_words(trees.words)), example.design) for example in chosen]
    lines = ["said         figures  mean said  designs"]
    for low, high in itertools.pairwise(EDGES):
        own = [(said, design) for said, design in likely if low <= said < high]
        if own:
            said = sum(said for said, _ in own) / len(own)
            true = sum(design for _, design in own) / len(own)
            lines.append(f"{low:.2f} .. {min(high, 1):.2f}  {len(own):6}  {said:9.2f}  {true:7.2f}")
    return "\n".join(lines)


def main() -> int:
    """Print the figures of one split."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--papers", type=Path)
    parser.add_argument("--split", default="test")
    options = parser.parse_args()
    chosen = list(examples(options.folder, options.papers, options.split))
    print(f"{options.split}: {report(fitted(), chosen, LEAST)}")
    print(calibration(fitted(), chosen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
