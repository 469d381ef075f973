"""From a finished draft to a phrase: the catalogue's names for operations and attributes."""

from __future__ import annotations

from typing import Any

from dlc.frontends.phrases import items as it
from dlc.frontends.phrases.draft import CONVS, DENSE, POOLS, RECURRENT, Draft
from dlc.frontends.phrases.numbers import product
from dlc.frontends.phrases.values import Number, Phrase

_RANKS = {"1d": 1, "2d": 2, "3d": 3}
_RANKED = {
    "conv": "conv{}d",
    "pwconv": "conv{}d",
    "deconv": "conv{}d_transpose",
    "maxpool": "maxpool{}d",
    "avgpool": "avgpool{}d",
    "gavgpool": "global_avgpool{}d",
    "gmaxpool": "global_maxpool{}d",
    "upsample": "upsample{}d",
    "zeropad": "zeropad{}d",
    "crop": "crop{}d",
}
_FIXED = {
    "dwconv": "depthwise_conv2d",
    "sepconv": "separable_conv2d",
    "pool": "pool",
    "gpool": "global_pool",
    "fc": "dense",
    "linear": "dense",
    "bilstm": "lstm",
    "bigru": "gru",
    "birnn": "rnn",
    "identity": "linear",
    "block": "opaque",
    "scaled_tanh": "opaque",
}
_WIDTH_NAMES = {"embed": "dim", "attention": "dim", "block": "filters"}


def finish(draft: Draft, text: str) -> Phrase:
    """The phrase that a draft stands for; `text` is the whole normalised text."""
    family = _family(draft) or _by_rate(draft, text)
    rank = _rank(draft, family)
    start = draft.start or 0
    left_over = " ".join(draft.unknown)
    return Phrase(
        op=_op(family, rank),
        attributes=_attributes(draft, family, rank or 2),
        type=draft.word if family in ("block", "scaled_tanh") else None,
        name=draft.name,
        rank=rank,
        shape=_shape(draft),
        depth=_depth(draft, family, rank or 2),
        repeat=draft.repeat,
        text=text[start : draft.end],
        span=(start, draft.end),
        left_over=left_over,
        confidence=round(draft.confidence * (0.9 if left_over else 1.0), 3),
    )


def _by_rate(draft: Draft, text: str) -> str | None:
    """A dropout of which only the rate is named: "dropout rate 0.5"."""
    dropped = isinstance(draft.settings.get("rate"), float) and len(draft.settings) == 1
    return "dropout" if dropped and "drop" in text[draft.start or 0 : draft.end].lower() else None


def _family(draft: Draft) -> str | None:
    family, words = draft.family, draft.qualifiers
    if family == "concat" and draft.window is not None:
        return "block"  # pixels side by side put into one: "concat 2×2, 192-d"
    if family is None and "heads" in draft.settings:
        return "attention"
    if family in ("pool", "gpool", None) and words & {"max", "average"} and _may_pool(draft):
        family = "maxpool" if "max" in words else "avgpool"
        family = "g" + family if "global" in words or draft.family == "gpool" else family
    elif family in ("pool", "maxpool", "avgpool") and "global" in words:
        family = "g" + family
    if family in ("conv", "pwconv", None) and "depthwise" in words:
        family = "sepconv" if words & {"separable", "pointwise"} else "dwconv"
    elif "separable" in words and (family == "conv" or (family is None and draft.window is not None)):
        family = "sepconv"  # "sep 5×5"
    elif family == "conv" and "transposed" in words:
        family = "deconv"
    elif family is None and "pointwise" in words:
        family = "pwconv"
    return family


def _may_pool(draft: Draft) -> bool:
    return draft.family is not None or not draft.settings.keys() - {"stride", "padding"}


def _rank(draft: Draft, family: str | None) -> int | None:
    if "tdnn" in draft.word.lower() or draft.word.lower().startswith("temporal"):
        return 1
    if draft.word.lower() in ("stcnn", "stconv", "cnn3d"):
        return 3
    for word, rank in _RANKS.items():
        if word in draft.qualifiers or word in draft.word.lower():
            return rank
    if draft.window is not None and len(draft.window) == 1 and family in CONVS | POOLS:
        return 1
    return 3 if draft.window is not None and _is_deep(draft.window, family) else None


def _is_deep(window: tuple[Number, ...], family: str | None) -> bool:
    """Whether a window of three sides has a depth of its own: 2×2×2 pooling, a convolution of 1×1×1.

    The third number of "3×3×3 conv" may be that of a picture's colours, and that of "5×5×48" the channels.
    """
    if len(window) != 3 or not all(isinstance(side, int) and side <= 7 for side in window):
        return False
    return family in POOLS or (family in CONVS and len(set(window)) == 1 and window[0] != 3)


def _op(family: str | None, rank: int | None) -> str | None:
    if family == "spatial_dropout2d" and rank != 2 and rank is not None:
        return "dropout"  # whole features over steps or volumes: at inference the same
    if family in _RANKED:
        return _RANKED[family].format(rank or 2)
    return _FIXED.get(family, family) if family is not None else None


def _attributes(draft: Draft, family: str | None, rank: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    settings = draft.settings
    if family in CONVS | POOLS | {"block", None}:
        found |= _window_attributes(draft, family, rank)
    if "width" in settings and family not in ("dwconv", "concat"):
        found[_width_name(family)] = settings["width"]
    for key in (
        "dilation",
        "groups",
        "heads",
        "rate",
        "slope",
        "vocab",
        "classes",
        "expansion",
        "multiplier",
    ):
        if key in settings:
            found[key] = _each(settings[key], rank) if key == "dilation" else settings[key]
    if family in CONVS and isinstance(rate := found.get("rate"), int):
        del found["rate"]
        found.setdefault("dilation", _each(rate, rank))
    found |= _particular(draft, family)
    return found


def _width_name(family: str | None) -> str:
    if family in _WIDTH_NAMES:
        return _WIDTH_NAMES[family]
    return "units" if family in DENSE | RECURRENT else "filters"


def _window_attributes(draft: Draft, family: str | None, rank: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    kernel = _kernel(draft, family, rank)
    if kernel is not None and family not in ("gpool", "gavgpool", "gmaxpool"):
        found["kernel"] = kernel
    stride = _stride(draft, rank)
    if stride is not None and family not in ("gpool", "gavgpool", "gmaxpool"):
        found["stride"] = stride
    padding = _padding(draft, rank)
    if padding is not None:
        found["padding"] = padding
    if "ceil" in draft.qualifiers and family in POOLS:
        found["round"] = "ceil"
    return found


def _kernel(draft: Draft, family: str | None, rank: int) -> Any:
    if family == "pwconv" and draft.window is None:
        return (1,) * rank
    if draft.kernel is not None:
        return (draft.kernel,) * rank
    if draft.window is None:
        return None
    return draft.window[:rank] if len(draft.window) >= rank else (draft.window[0],) * rank


def _depth(draft: Draft, family: str | None, rank: int) -> Any:
    if family in DENSE and draft.shape is not None and len(draft.shape) == 2:
        return draft.shape[0]
    if draft.window is None or len(draft.window) <= rank:
        return None
    rest = draft.window[rank:]
    return rest[0] if len(rest) == 1 else rest


def _stride(draft: Draft, rank: int) -> Any:
    settings = draft.settings
    if "stride_h" in settings or "stride_w" in settings:
        return (settings.get("stride_h", 1), settings.get("stride_w", 1))
    return _each(settings["stride"], rank) if "stride" in settings else None


def _padding(draft: Draft, rank: int) -> Any:
    settings = draft.settings
    if "padding_h" in settings or "padding_w" in settings:
        high, wide = settings.get("padding_h", 0), settings.get("padding_w", 0)
        return (high, high, wide, wide)
    for word in ("same", "valid"):
        if word in draft.qualifiers or settings.get("padding") == word:
            return word
    value = settings.get("padding")
    if isinstance(value, tuple):
        return value if len(value) == 2 * rank else tuple(v for v in value[:rank] for _ in (0, 1))
    return value


def _each(value: it.Quantity, rank: int) -> Any:
    if isinstance(value, tuple):
        return value[:rank] if len(value) >= rank else (value[0],) * rank
    return (value,) * rank


def _particular(draft: Draft, family: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if family in ("bilstm", "bigru", "birnn") or (
        family in RECURRENT and "bidirectional" in draft.qualifiers
    ):
        found["bidirectional"] = True
    if family in RECURRENT and "sequence" in draft.qualifiers:
        found["return_sequences"] = True
    if family == "upsample" and (size := draft.settings.get("size") or draft.window):
        found["size"] = _each(size, 2)
    if family == "upsample" and (mode := draft.qualifiers & {"nearest", "bilinear"}):
        found["mode"] = mode.pop()
    if family == "block" and "size" in draft.settings:
        found["size"] = draft.settings["size"]
    if family == "reshape" and draft.shape is not None:
        found["shape"] = draft.shape
    if family in DENSE and "width" not in draft.settings and draft.shape is not None:
        found |= _units_of(draft.shape)
    if family in ("dropout", "spatial_dropout2d") and isinstance(keep := draft.settings.get("keep"), float):
        found["rate"] = round(1 - keep, 6)
    if family == "lrn" and draft.kernel is not None:
        found["size"] = draft.kernel
    return found


def _units_of(shape: tuple[Number, ...]) -> dict[str, Any]:
    """Units of `1×1×4096`, of a weight matrix `1024×1000`, or of a map that the vector is shaped into."""
    if len(shape) == 2 or all(v == 1 for v in shape[:-1]):
        return {"units": shape[-1]}
    return {"units": product(shape)}


def _shape(draft: Draft) -> tuple[Number, ...] | None:
    shape = draft.shape
    if draft.family == "input":
        shape = shape or draft.window
        if shape is None and "width" in draft.settings:
            return (draft.settings["width"],)
        channels = 3 if "rgb" in draft.qualifiers else 1 if "gray" in draft.qualifiers else None
        if shape is not None and len(shape) == 2 and channels:
            shape = (*shape, channels)
    return shape
