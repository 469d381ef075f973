"""SVG files as pages: the paths, characters and pictures that the vector reader of figures takes."""

from dlc.frontends.svg.paint import painted
from dlc.frontends.svg.read import Sheet, read_svg
from dlc.frontends.svg.tree import is_svg

__all__ = ["Sheet", "is_svg", "painted", "read_svg"]
