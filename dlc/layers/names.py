"""Names that somebody may have meant: the nearest of some, and what layers are called elsewhere."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_CUTOFF = 0.6  # of difflib's ratio: below it two words have little in common
_COMPARED = 8
_MOST_SLIPS = 0.4  # a letter


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The candidate that takes fewest slips of the pen, where it is not too many; of several the first.

    Layers of images go before others, being the commonest.
    """
    candidates = list(words)
    found = difflib.get_close_matches(word, candidates, n=_COMPARED, cutoff=_CUTOFF)
    slips = {c: count for c in found if (count := _slips(word, c)) <= _MOST_SLIPS * max(len(word), len(c))}
    return min(slips, key=lambda c: (slips[c], "2d" not in c, candidates.index(c)), default=None)


def _slips(a: str, b: str) -> int:
    """How many letters were left out, put in, mistaken or swapped with the next one (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]


def called_here(name: str) -> str | None:
    """What a layer is called here that Keras, PyTorch or Caffe call `name`, in any spelling of it."""
    plain = name.replace("_", "").lower()
    plain = plain.removeprefix("nn.").removeprefix("layers.").removesuffix("layer")
    rank = plain[-2:] if plain[-2:] in ("1d", "2d", "3d") else ""
    stem = plain.removesuffix(rank)
    found = _FIXED.get(stem) or _RANKED.get(stem)
    return found and found.format(rank or "2d")


# The names without underlines, in small letters, and without 1d, 2d or 3d where the layer here has it.
_FIXED = {
    "depthwiseconv": "depthwise_conv2d",
    "convolutiondepthwise": "depthwise_conv2d",
    "separableconv": "separable_conv2d",
    "separableconvolution": "separable_conv2d",
    "linear": "dense",
    "innerproduct": "dense",
    "fc": "dense",
    "fullyconnected": "dense",
    "embedding": "embed",
    "simplernn": "rnn",
    "cudnnlstm": "lstm",
    "cudnngru": "gru",
    "multiheadattention": "attention",
    "batchnorm": "batchnorm",
    "batchnormalization": "batchnorm",
    "bn": "batchnorm",
    "layernormalization": "layernorm",
    "groupnormalization": "groupnorm",
    "instancenorm": "instancenorm",
    "instancenormalization": "instancenorm",
    "localresponsenorm": "lrn",
    "localresponsenormalization": "lrn",
    "rescaling": "rescale",
    "normalization": "standardize",
    "concatenate": "concat",
    "concatenation": "concat",
    "cat": "concat",
    "merge": "concat",
    "eltwise": "add",
    "sum": "add",
    "mul": "multiply",
    "sub": "subtract",
    "swish": "silu",
    "hardswish": "hard_silu",
    "identity": "linear",
    "dropout": "dropout",
    "spatialdropout": "spatial_dropout2d",
    "repeatvector": "repeat_vector",
    "transpose": "permute",
    "view": "reshape",
}
_RANKED = {
    "conv": "conv{}",
    "maxpool": "maxpool{}",
    "avgpool": "avgpool{}",
    "convolution": "conv{}",
    "deconvolution": "conv{}_transpose",
    "deconv": "conv{}_transpose",
    "convtranspose": "conv{}_transpose",
    "convolutiontranspose": "conv{}_transpose",
    "pooling": "maxpool{}",
    "maxpooling": "maxpool{}",
    "averagepooling": "avgpool{}",
    "averagepool": "avgpool{}",
    "globalaveragepooling": "global_avgpool{}",
    "globalaveragepool": "global_avgpool{}",
    "adaptiveavgpool": "global_avgpool{}",
    "globalmaxpooling": "global_maxpool{}",
    "adaptivemaxpool": "global_maxpool{}",
    "upsampling": "upsample{}",
    "zeropadding": "zeropad{}",
    "cropping": "crop{}",
}
