"""A document whose pages are kept for a while, since tables and figures are looked for on the same ones."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from dlc.frontends.pdf.artwork import Artwork
from dlc.frontends.pdf.page import Box, Document, Page
from dlc.frontends.pdf.pdfium import PdfiumDocument

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pages kept at a time: some 10 MB.
_MOST_PAGES = 24


class KeptPages:
    """A document that reads the text of a page once, and a page itself seldom twice."""

    def __init__(self, document: Document) -> None:
        self._source = document
        self._texts: dict[int, str] = {}
        self._pages: OrderedDict[int, Page] = OrderedDict()

    def __len__(self) -> int:
        return len(self._source)

    def text(self, number: int) -> str:
        """The text of a page in the file's own order; empty where the page cannot be loaded."""
        if number not in self._texts:
            self._texts[number] = self._source.text(number)
        return self._texts[number]

    def whole_text(self) -> str:
        """The words of all pages."""
        return "\n".join(self.text(number) for number in range(1, len(self) + 1))

    def page(self, number: int) -> Page:
        """A page in full. Raises `DlcError` where it cannot be loaded."""
        if number not in self._pages:
            self._pages[number] = self._source.page(number)
            if len(self._pages) > _MOST_PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return self._pages[number]

    def close(self) -> None:
        """Close the file."""
        self._source.close()


class KeptDocument(KeptPages):
    """A `PdfiumDocument` with its pages kept; what is drawn on them is read, or rendered, each time."""

    def __init__(self, document: PdfiumDocument) -> None:
        super().__init__(document)
        self._document = document

    def artwork(self, number: int) -> Artwork:
        """What is drawn on a page. Raises `DlcError` where the page cannot be loaded."""
        return self._document.artwork(number)

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page as shown, in points."""
        return self._document.size(number)

    def render(self, number: int, scale: float = 2.0) -> Image:
        """A picture of a page, `scale` pixels a point, without a reader's annotations."""
        return self._document.render(number, scale)

    def clipping(self, number: int, area: Box, scale: float) -> Any:
        """The pixels (height, width, 3), RGB, of an area of a page, `scale` a point."""
        return self._document.clipping(number, area, scale)
