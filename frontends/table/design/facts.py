"""What a caption, the notes and the paper say about all layers of a table at once."""

from __future__ import annotations

import re

import attrs

from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.numbers import number
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.model import Table

_BOTTOM_UP = re.compile(
    r"(?:first|top)(?:most)? row is the (?:top|last|output)|from (?:the )?bottom to (?:the )?top|bottom[- ]up"
    r"|(?:last|bottom) row is the (?:first|input|bottom)",
    re.I,
)
_CONV_STRIDE = re.compile(
    r"conv\w*(?: layers?| operations?)?[^.;,]{0,30}?\bstrides? (?:of |is |= ?|size )?(?P<stride>\d)\b", re.I
)
_CONV_KERNEL = re.compile(
    r"(?:all|every|each)(?: the)?(?: spatial| standard| depthwise)? conv\w*(?: layers?| operations?)?"
    r"[^.;]{0,40}?(?P<kernel>\d+×\d+)",
    re.I,
)
_CONV_PAD = re.compile(r"\b(?P<word>same|valid|zero)[- ]padding|padding (?:of|is|=) ?(?P<pad>\d)\b", re.I)
_NO_OVERLAP = re.compile(r"non-?\s?overlapping", re.I)
_GROWTH = re.compile(
    r"growth[- ]rate[^.;]{0,60}?\bk?\s*=\s*(?P<growth>\d+)|growth[- ]rate (?:of |is )(?P<plain>\d+)", re.I
)
_DOWNSAMPLING = re.compile(
    r"down-?\s?sampl\w+ (?:is |was )?(?:performed|done|carried out|conducted)?\s*(?:by|in|at|with)"
    r"(?P<where>[^.;]*?)\b(?:with|using|by) (?:a )?stride (?:of )?(?P<stride>\d)",
    re.I,
)
_LEAK = re.compile(
    r"\b(?:slopes?|leak(?:iness|age)?|alpha|α)\b[^.;]{0,80}?(?P<slope>0\.\d+)"
    r"|\bl(?:eaky)? ?relus?\s*\(\s*(?P<plain>0\.\d+)",
    re.I,
)
_RESIDUAL = re.compile(r"\bresidual|shortcut|\bskip[- ]connection|\bres-?(?:net|block)", re.I)
_FLAT = re.compile(
    r"\b1-?\s?d(?:imensional)?\b|one-dimensional|temporal conv|\bspeech|\baudio|\bwaveform|\btext\b"
    r"|\bcharacter|\bsentence|\bword|time[- ]series|\becg\b|\beeg\b|\bsensor|\bsequence",
    re.I,
)
_PLANAR = re.compile(
    r"\bimage|\bpixel|\b2-?\s?d\b|\bface\b|\bspatial|\bobject|\bvisual|\bvideo|\bscene", re.I
)
_FULLY = re.compile(r"fully[- ]?connected|\bdense layers", re.I)
_CONVOLVING = re.compile(r"\bconvolution", re.I)


@attrs.frozen
class Facts:
    """What holds for the whole table; None or empty where nothing is said.

    `residual`: whether the document speaks of shortcuts at all (True where there is no document to ask).
    `flat`: whether its data have one dimension. `downsampling`: (labels of stages, stride). `leak`: the slope
    of leaky rectifiers. `usual`: what layers without a name are.
    """

    bottom_up: bool = False
    conv_stride: int | None = None
    conv_kernel: tuple[Number, ...] | None = None
    padding: str | int | None = None
    pool_disjoint: bool = False
    growth: int | None = None
    downsampling: tuple[tuple[str, ...], int] | None = None
    residual: bool = True
    flat: bool = False
    usual: str | None = None
    leak: float | None = None

    def reduces(self, label: str) -> int | None:
        """The stride by which the caption says that a stage reduces; None where it says nothing of it."""
        if self.downsampling is None:
            return None
        labels, stride = self.downsampling
        stage = _stem(label)
        return stride if stage and any(_stem(each) == stage for each in labels) else None


def facts_of(table: Table, document: str = "") -> Facts:
    """Read the caption and the notes of a table; `document` is the paper's text, if there is one."""
    text = normalise(" ".join((table.caption, *table.notes)))
    growth = _GROWTH.search(text)
    leak = _LEAK.search(text)
    plain = _DOWNSAMPLING.sub(" ", text)
    return Facts(
        bottom_up=bool(_BOTTOM_UP.search(text)),
        conv_stride=_integer(_CONV_STRIDE, plain, "stride"),
        conv_kernel=_kernel(text),
        padding=_padding(text),
        pool_disjoint=bool(_NO_OVERLAP.search(text)),
        growth=int(growth["growth"] or growth["plain"]) if growth else None,
        downsampling=_downsampling(text),
        residual=not document or len(_RESIDUAL.findall(document)) >= 2,
        flat=_is_flat(text, document),
        usual=_usual(text),
        leak=float(leak["slope"] or leak["plain"]) if leak else None,
    )


def _integer(pattern: re.Pattern[str], text: str, name: str) -> int | None:
    match = pattern.search(text)
    return int(match[name]) if match else None


def _kernel(text: str) -> tuple[Number, ...] | None:
    match = _CONV_KERNEL.search(text)
    return tuple(number(side) for side in match["kernel"].split("×")) if match else None


def _padding(text: str) -> str | int | None:
    match = _CONV_PAD.search(text)
    if match is None:
        return None
    if match["pad"]:
        return int(match["pad"])
    return match["word"].lower() if match["word"].lower() != "zero" else None


def _downsampling(text: str) -> tuple[tuple[str, ...], int] | None:
    match = _DOWNSAMPLING.search(text)
    if match is None:
        return None
    return tuple(re.findall(r"[A-Za-z]+[\w.]*\d\w*", match["where"])), int(match["stride"])


def _stem(label: str) -> str:
    """The stage in a label: conv3_1, conv3_x and Conv3 are all conv3."""
    match = re.match(r"([A-Za-z]+)[ _.-]?(\d+)", label.strip())
    return f"{match[1].lower()}{match[2]}" if match else ""


def _is_flat(caption: str, document: str) -> bool:
    flat, planar = len(_FLAT.findall(caption)), len(_PLANAR.findall(caption))
    if flat != planar:
        return flat > planar
    return len(_FLAT.findall(document)) > 2 * len(_PLANAR.findall(document))


def _usual(text: str) -> str | None:
    """What unnamed layers are, if the caption speaks of one kind alone."""
    dense, conv = bool(_FULLY.search(text)), bool(_CONVOLVING.search(text))
    if dense == conv:
        return None
    return "dense" if dense else "conv2d"
