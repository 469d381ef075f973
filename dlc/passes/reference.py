"""The reference page of the passes, written from their docstrings: `spec/passes.md`.

`python -m dlc.passes.reference > spec/passes.md` writes it anew.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator

import attrs

from dlc.passes import preferences as custom
from dlc.passes.base import Pass
from dlc.passes.pipeline import PIPELINE, WANTS

_HEAD = """\
# Passes

A pass makes a better net of a net: it completes it, or makes it simpler, or writes it as a target needs
it. What a pass cannot handle it leaves as it is, and running it a second time changes nothing. Origins,
confidences and declared types survive, but where a pass says otherwise.

`dlc INPUT --target T` checks a net, runs the passes below in this order, those that its target and options
call for, checks again, and writes code. `--time-passes` prints how long each took, `--print-after PASS`
prints the net after one of them, and `--verify-each` checks after each that a sound net is still one.

(This page is written from the passes' docstrings; `python -m dlc.passes.reference` prints it.)

## Order
"""

_BLOCKS = """\
`--blocks` says what becomes of blocks and repeats, where the target has them: `keep` leaves them, `expand`
writes them out, `roll` writes them out and finds them anew. `auto`, the default, keeps those of .dlnet
files, which are as their author wants them; in any other input, where every layer is said, it finds them
if the code gets shorter by a quarter and ten lines or more, so that small nets keep all names.
"""

_CUSTOM = """\
## What is customary

A number's cost says how far it is from custom; 0 is what one assumes where nothing is said. The costs of
a layer's holes are added, and of all fillings that fit, the cheapest is taken.
"""


def page() -> str:
    """The page, in Markdown."""
    lines = [_HEAD, *_order(), "", _BLOCKS, *_passes(), _CUSTOM, *_customary()]
    return "\n".join(lines) + "\n"


def _order() -> Iterator[str]:
    yield "| pass | runs where | stands there because |"
    yield "|---|---|---|"
    for step in PIPELINE:
        where = "; and ".join(text for want, text in WANTS.items() if want in step.wants)
        yield f"| `{_shown(step.made)}` | {where} | {step.why} |"


def _shown(made: Pass) -> str:
    """A pass with those of its options that differ from the defaults."""
    options = [f"{f.name}={_value(getattr(made, f.name))}" for f in _fields(made)]
    usual = [f"{f.name}={_value(getattr(type(made)(), f.name))}" for f in _fields(made)]
    differing = [option for option in options if option not in usual]
    return made.name + (f" ({', '.join(differing)})" if differing else "")


def _passes() -> Iterator[str]:
    for made in dict.fromkeys(type(step.made) for step in PIPELINE):
        yield f"## {made.name}\n"
        yield from _markdown(inspect.getdoc(made) or "")
        options = ", ".join(f"`{f.name}` ({_value(getattr(made(), f.name))})" for f in _fields(made()))
        if options:
            yield f"Options, with their defaults: {options}.\n"


def _fields(made: Pass) -> tuple[attrs.Attribute[object], ...]:
    return attrs.fields(type(made))  # type: ignore[arg-type, no-any-return]


def _value(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return str(getattr(value, "value", value)).lower()


def examples(made: type[Pass]) -> tuple[str, str]:
    """The nets before and after that a pass's docstring shows, as files of the language."""
    found = re.search(
        r"Before:\n\n((?:    .*\n|\n)+)After:\n\n((?:    .*\n?|\n)+)", inspect.getdoc(made) or ""
    )
    assert found is not None, f"{made.__name__} shows no net before and after"
    before, after = (textwrap.dedent(text).strip() for text in found.groups())
    return complete(before), complete(after)


def complete(text: str) -> str:
    """Statements as a file: blocks stay, the rest becomes a net, whose last value is its output."""
    blocks, rest = re.fullmatch(r"((?:block [^\0]*?\n}\n)*)([^\0]*)", text).groups()  # type: ignore[union-attr]
    last = rest.splitlines()[-1]
    output = "" if last.startswith("output") else f"\n  output {re.split('[ :]', last)[0]}"
    net = "net example {\n" + textwrap.indent(rest, "  ") + output + "\n}"
    return blocks.replace("\n}\n", "\n}\n\n") + net


def _markdown(text: str) -> Iterator[str]:
    """A docstring with its indented parts, which are nets, fenced."""
    for part in re.split(r"\n\n(?=    )|(?<=\S)\n\n(?=\S)", text):
        if part.startswith("    "):
            yield from ("```dlnet", complete(textwrap.dedent(part)), "```", "")
        else:
            yield from (part, "")


def _customary() -> Iterator[str]:
    yield "| hole | number: cost |"
    yield "|---|---|"
    for name, costs in _costs().items():
        listed = ", ".join(f"{n}: {cost}" for n, cost in sorted(costs.items(), key=lambda c: (c[1], c[0])))
        yield f"| {name} | {listed} |"
    yield ""
    yield from _sentences()


def _costs() -> dict[str, custom.Costs]:
    return {
        "kernel of a convolution": custom.CONV_KERNELS,
        "stride of a convolution": custom.CONV_STRIDES,
        "kernel of a transposed convolution": custom.TRANSPOSE_KERNELS,
        "stride of a transposed convolution": custom.TRANSPOSE_STRIDES,
        "kernel of a pooling": custom.POOL_KERNELS,
        "stride of a pooling, where it is neither 2 nor the kernel": custom.POOL_STRIDES,
        "height and width of an image": custom.IMAGE_SIZES,
    }


def _sentences() -> Iterator[str]:
    windows = f"""A pooling's stride costs 0 where it is the customary one ({custom.pool_stride(2)} for
        windows of 2 and 3, the window's size for larger ones) and {custom.SAME_STEP} where it is the
        kernel; a kernel as large as the input costs {custom.WHOLE_WINDOW}. Padding costs 0 where it is
        `same` and windows overlap, or `valid` and they tile; {custom.OTHER_WORD} where it is the other word,
        {custom.HALF_WINDOW} where it is half the window, {custom.OTHER_NUMBER} and more for other numbers,
        {custom.UNEQUAL_SIDES} and more where the two sides of an axis differ. `round=ceil` costs
        {custom.CEIL}; numbers that differ between the axes cost {custom.UNEQUAL_AXES} more. Fillings are
        first looked for among those that cost up to {custom.LEVELS[1]}, then among all."""
    sizes = f"""Where nothing declared bears on a size it is {custom.FILTERS} filters (or as many as there are
        channels, where there are {custom.FILTERS // 4} or more), {custom.HIDDEN_UNITS} units,
        {custom.RECURRENT_UNITS} units of a recurrent layer; the last layer with weights has
        {custom.CLASSES_LARGE} where images have {custom.LARGE_IMAGE} pixels or more a side, else
        {custom.CLASSES_SMALL}. Attention has {custom.HEADS} heads and group normalisation {custom.GROUPS}
        groups, or as many as divide the channels. {_others()}."""
    for text in (windows, sizes):
        yield textwrap.fill(" ".join(text.split()), 108, break_on_hyphens=False) + "\n"


def _others() -> str:
    listed = ", ".join(f"`{name}` is {value}" for name, value in custom.OTHERS.items())
    inputs = ", ".join(f"`{kind.value}{list(shape)}`" for kind, shape in custom.INPUTS.items())
    return f"Of the rest {listed}. Inputs are {inputs}"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
