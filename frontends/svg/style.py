"""How SVG elements look: presentation attributes, `style`, simple style sheets, and what is inherited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dlc.frontends.pdf.artwork import Colour
from dlc.frontends.svg.course import length
from dlc.frontends.svg.tree import Element

_INHERITED = (
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "color"),
    *("visibility", "font", "font-size", "font-family", "font-weight", "text-anchor", "dominant-baseline"),
    *("marker-start", "marker-end"),
)
_OWN = ("display", "opacity", "clip-path")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"(?P<tag>[\w-]+|\*)?(?P<mark>[.#])?(?P<name>[\w-]+)?")
#: Ink fainter than this is not seen; ink from the second on hides what is behind it.
_FAINT, _SOLID = 0.06, 0.94

Style = Mapping[str, str]
Rule = tuple[str, str, str, dict[str, str]]  # tag, "." or "#" or "", name, what it sets


def rules(root: Element) -> list[Rule]:
    """The rules of all style sheets in the file, of each selector the last part."""
    text = "".join(
        "".join(part for part in e.children if isinstance(part, str)) for e in root.walk() if e.tag == "style"
    )
    found = []
    for selectors, body in _RULE.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.S)):
        for selector in selectors.split(","):
            last = (selector.split() or [""])[-1].partition(":")[0]
            match = _SELECTOR.fullmatch(last)
            if match is not None and last:
                tag = "" if match["tag"] in (None, "*") else match["tag"]
                found.append((tag, match["mark"] or "", match["name"] or "", _declarations(body)))
    return found


def style_of(element: Element, outer: Style, sheet: Iterable[Rule]) -> dict[str, str]:
    """What holds for an element: inherited, by its attributes, by style sheets, by its own `style`."""
    made = {name: value for name, value in outer.items() if name in _INHERITED}
    own = {k: element.attributes[k] for k in (*_INHERITED, *_OWN) if k in element.attributes}
    classes = element.attributes.get("class", "").split()
    for tag, mark, name, told in sheet:
        fits = not mark or (name in classes if mark == "." else name == element.attributes.get("id"))
        if fits and tag in ("", element.tag):
            own |= told
    own |= _declarations(element.attributes.get("style", ""))
    if "font" in own:
        own = _font(own["font"]) | own
    size = own.get("font-size")
    if size is not None:
        above = length(outer.get("font-size", "16"), default=16.0)
        own["font-size"] = str(length(size, above, above, above))
    return made | {name: value for name, value in own.items() if value != "inherit"}


def _declarations(text: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in text.split(";"))
    return {
        key.strip().lower(): value.replace("!important", "").strip()
        for key, _, value in pairs
        if value.strip()
    }


def _font(text: str) -> dict[str, str]:
    """The size and weight of a `font` shorthand."""
    size = re.search(r"([\d.]+(?:px|pt|em|%))", text)
    found = {"font-size": size[1]} if size else {}
    return found | ({"font-weight": "bold"} if "bold" in text else {})


def hidden(style: Style) -> bool:
    """Whether an element is not shown."""
    return style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse")


def ink(style: Style, which: str, default: str, paints: Mapping[str, Colour]) -> tuple[Colour | None, bool]:
    """The colour of "fill" or "stroke" as it looks on white paper, None where nothing is painted, and
    whether what is behind shines through. `paints` are the mean colours of gradients by id.
    """
    colour = _colour(style.get(which, default), style, paints)
    opacity = _share(style.get("opacity")) * _share(style.get(f"{which}-opacity"))
    if colour is None or opacity < _FAINT:
        return None, False
    faded = [round(255 - opacity * (255 - part)) for part in colour]
    return (faded[0], faded[1], faded[2]), opacity < _SOLID


def _share(text: str | None) -> float:
    return min(1.0, max(0.0, length(text, 1.0, default=1.0))) if text is not None else 1.0


def _colour(text: str, style: Style, paints: Mapping[str, Colour]) -> Colour | None:
    text = text.strip()
    match = re.match(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)\s*(.*)", text)
    if match:
        return paints.get(match[1]) or (_colour(match[2], style, paints) if match[2] else (230, 230, 230))
    if text == "currentColor":
        text = style.get("color", "black")
    if text in ("none", "transparent", ""):
        return None
    return colour_named(text)


def colour_named(text: str) -> Colour | None:
    """A colour written as a name, `#rgb`, `rgb()` or `hsl()`; black where it cannot be read."""
    from PIL import ImageColor

    light = re.fullmatch(r"light-dark\((.+?(?:\([^)]*\))?),.*\)", text)
    plain = re.sub(r"rgba?\(([^)]*)\)", _plain_rgb, light[1].strip() if light else text)
    try:
        red, green, blue, *rest = ImageColor.getrgb(plain)
    except ValueError:
        return 0, 0, 0
    return None if rest and rest[0] < 255 * _FAINT else (red, green, blue)


def _plain_rgb(match: re.Match[str]) -> str:
    """`rgb()` with whole numbers; an opacity is left out."""
    parts = re.findall(r"[\d.]+%?", match[1])[:3]
    values = [round(float(p[:-1]) * 2.55) if p.endswith("%") else round(float(p)) for p in parts]
    return f"rgb({','.join(map(str, values))})" if len(values) == 3 else "black"


def gradients(root: Element) -> dict[str, Colour]:
    """The mean colour of each gradient that has stops of its own, by id."""
    found: dict[str, Colour] = {}
    for element in root.walk():
        if element.tag not in ("linearGradient", "radialGradient"):
            continue
        stops = [style_of(stop, {}, ()) | _stop(stop) for stop in element.elements() if stop.tag == "stop"]
        colours = [c for stop in stops if (c := colour_named(stop.get("stop-color", "black"))) is not None]
        if colours and "id" in element.attributes:
            red, green, blue = (round(sum(part) / len(colours)) for part in zip(*colours, strict=True))
            found[element.attributes["id"]] = (red, green, blue)
    return found


def _stop(element: Element) -> dict[str, str]:
    own = {k: v for k, v in element.attributes.items() if k == "stop-color"}
    return own | _declarations(element.attributes.get("style", ""))
