"""Is a table the design of a network? Words of its caption and headers, and what its rows amount to."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import read_phrases
from dlc.frontends.table.design.parts import (
    CONVS,
    GLOBAL_POOLS,
    POOLS,
    RECURRENT,
    Layer,
    Stack,
    Stage,
    layers_of,
)
from dlc.frontends.table.design.roles import SILENT, Role
from dlc.frontends.table.design.sheet import Sheet
from dlc.frontends.table.design.texts import blank
from dlc.frontends.table.model import Table

#: Words and their weights: for a design, and against one.
_FOR = r"""
    architectures? networks? configurations? structures? layers? specifications? specifics details backbone
    convnets? cnn design body block encoder decoder generator discriminator model-definition
"""
_AGAINST = r"""
    results? accurac(?:y|ies) comparisons? compared? errors? performance ablation evaluat\w+ scores? top-?[15]
    m?ap bleu perplexity f1 precision recall rates? speed runtime timings? statistics datasets?
    state-of-the-art effects? impact test-set validation psnr ssim iou rmse mse auc latency baselines?
    methods? benchmarks? wer cer milliseconds? seconds? ms time times inference costs? complexity resources?
    choices fps gpu cpu throughput err acc test dev train(?:ing)? rouge mean std per-layer max-number
    influence sizes?-of-the-models? memory
"""


#: What a column of results measures, and what a caption of experiments says.
_RESULTS = r"""
    acc\w* err\w* loss m?ap miou iou f1 precision recall auc bleu wer cer psnr ssim dice top-?[15] rmse
    mae mse fid score perplexity ppl fps latency speed-?up pruned share percentage frequency
"""
_EXPERIMENTS = r"""
    effects?-of impact-of influence-of comparisons?-of comparison-with ablation search-space prun\w+
    quanti[sz]\w+ hyper-?parameter-(?:search|tuning|optimi\w+)
    (?:accurac(?:y|ies)|performance|results?)-(?:of|on|for|with)
    state-of-the-art sensitivity
"""


def _any_of(words: str) -> re.Pattern[str]:
    """A pattern for any of these words; a dash in one stands for a dash or a space."""
    return re.compile(rf"\b(?:{'|'.join(w.replace('-', '[- ]') for w in words.split())})\b", re.I)


_FOR_WORDS, _AGAINST_WORDS = _any_of(_FOR), _any_of(_AGAINST)
_RESULT_WORDS, _EXPERIMENT_WORDS = _any_of(_RESULTS), _any_of(_EXPERIMENTS)
_CORE = CONVS | POOLS | GLOBAL_POOLS | RECURRENT | {"dense", "embed", "attention"}
_LEAST = 0.5


@attrs.frozen
class Verdict:
    """How sure it is that a table is a design (0 to 1), and why."""

    confidence: float
    reasons: tuple[str, ...] = ()

    @property
    def design(self) -> bool:
        """Whether it is taken for one."""
        return self.confidence >= _LEAST


def judge(table: Table, sheet: Sheet, stages: Sequence[Stage]) -> Verdict:
    """Weigh the evidence; the weights were set by hand on real papers' tables."""
    layers = [
        p for s in stages if not s.unread for p in layers_of(s.parts) if p.op not in ("input", "output")
    ]
    core = [layer for layer in layers if layer.op in _CORE]
    if len(layers) < 2 or not (core or len(layers) >= 3):
        return Verdict(0.0, ("fewer than two layers",))
    evidence = {**_of_layers(sheet, stages, layers, core), **_of_table(table, sheet)}
    total = sum(evidence.values())
    reasons = tuple(f"{name} {value:+.1f}" for name, value in evidence.items() if abs(value) >= 0.05)
    return Verdict(round(1 / (1 + math.exp(-total)), 3), reasons)


def _of_layers(
    sheet: Sheet, stages: Sequence[Stage], layers: Sequence[Layer], core: Sequence[Layer]
) -> dict[str, float]:
    """What the rows say, as far as they were understood."""
    rows = max(1, sheet.rows - sum(bool(s.title) for s in stages))
    described = sum(bool(s.parts) and not s.unread for s in stages) / rows
    stated = sum(bool(_hyper(layer)) for layer in layers) / len(layers)
    reported = any(s.out or s.into for s in stages)
    brackets = any(isinstance(p, Stack) and p.style == "bracket" for s in stages for p in s.parts)
    return {
        "rows that name layers": 4.0 * (described - 0.5),
        "layers with hyper-parameters": 3.0 * (stated - 0.25),
        "nothing stated": -2.5 * (stated < 0.1 and not (reported or brackets)),
        "rows without a layer": -1.5 * (sum(bool(s.unread) for s in stages) / rows),
        "words that name no layer": 5.0 * (min(0.9, _coverage(layers)) - 0.9),
        "few layers": -1.0 * (len(core) < 3),
        "kinds of layers": 1.2 * (min(3, len({_family(layer) for layer in core})) - 1.5),
        "brackets": 2.0 * brackets,
        "sizes reported": 1.0 * reported,
    }


def _of_table(table: Table, sheet: Sheet) -> dict[str, float]:
    """What the caption, the headers and the kinds of cells say."""
    decimals = _decimals(table)
    return {
        "columns of hyper-parameters": 0.7 * min(3, len(_parameter_roles(sheet))),
        "words of the caption": 0.5 * _words(table),
        "share of decimals": -6.0 * decimals - 10.0 * max(0.0, decimals - 0.35),
        "citations": -4.0 * _citations(table),
        "words of the headers": -0.8 * min(4, _measures(sheet)),
        "columns of results": -3.0 * min(2, _results(sheet)),
        "a caption of experiments": -2.0 * min(2, len(set(_found(_EXPERIMENT_WORDS, table.caption)))),
    }


def _coverage(layers: Sequence[Layer]) -> float:
    """How much of the cells that name layers is understood: names of models and authors are not."""
    cells = {id(layer.cell): layer.cell for layer in layers}
    lost = taken = 0
    for cell in cells.values():
        reading = read_phrases(cell.text)
        unknown = " ".join((reading.left_over, *(p.left_over for p in reading.phrases)))
        lost += len(re.sub(r"[^A-Za-z]", "", unknown))
        taken += len(re.sub(r"[^A-Za-z]", "", reading.text))
    return 1 - lost / max(1, taken)


def _family(layer: Layer) -> str:
    """Convolution, pooling, dense, ...: a design mixes them, a comparison repeats one."""
    if layer.op in CONVS:
        return "conv"
    return "pool" if layer.op in POOLS | GLOBAL_POOLS else layer.op


def _measures(sheet: Sheet) -> int:
    """How many columns are headed by what is measured: accuracy, error, milliseconds."""
    return sum(any(_AGAINST_WORDS.search(title) for title in c.titles) for c in sheet.columns)


def _results(sheet: Sheet) -> int:
    """How many columns hold numbers under a word for what was measured."""
    measured = [c for c in sheet.columns if any(_RESULT_WORDS.search(title) for title in c.titles)]
    return sum(_is_numeric([cell.text for cell in c.cells]) for c in measured)


def _is_numeric(texts: Sequence[str]) -> bool:
    filled = [t for t in texts if not blank(t)]
    numbers = [t for t in filled if re.fullmatch(r"\W*\d[\d.,]*\s*[%±\d.×^e-]*\W*", t.strip())]
    return len(numbers) >= 0.6 * max(1, len(filled))


def _hyper(layer: Layer) -> bool:
    return bool(layer.attributes) or layer.op in ("softmax", "relu", "flatten") or layer.phrase.repeat != 1


def _parameter_roles(sheet: Sheet) -> set[Role]:
    plain = SILENT | {Role.LABEL, Role.CONFIG, Role.DROPOUT, Role.NORM}
    return {c.role for c in sheet.columns} - plain


def _words(table: Table) -> float:
    """Words for a design less words against it, in the caption; the first sentence counts most."""
    first, _, rest = table.caption.partition(". ")
    score = float(len(set(_found(_FOR_WORDS, first)))) - 1.5 * len(set(_found(_AGAINST_WORDS, first)))
    score += 0.25 * len(set(_found(_FOR_WORDS, rest))) - 0.25 * len(set(_found(_AGAINST_WORDS, rest)))
    return max(-5.0, min(4.0, score))


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return [m.group().lower() for m in pattern.finditer(text)]


def _decimals(table: Table) -> float:
    """The share of the filled cells that are decimal numbers, as results are."""
    cells = [c.text for c in table.cells if not blank(c.text)]
    decimal = [t for t in cells if re.fullmatch(r"[^\w]*\d+\.\d+\s*(?:%|±.*|[^\w\s]*)?", t.strip())]
    return len(decimal) / max(1, len(cells))


def _citations(table: Table) -> float:
    """The share of rows that cite other papers, as comparisons do."""
    cited = {c.row for c in table.cells if re.search(r"\[\d+(?:, ?\d+)*\]|\((?:19|20)\d\d\)|et al", c.text)}
    return len(cited) / max(1, table.rows)
