"""Make sample.pdf from sample.typ: `pip install typst && python examples/paper/build.py`.

The same source gives the same bytes: the PDF carries no date, and only Typst's own fonts are used.
"""

from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write the PDF beside its source."""
    typst.compile(
        str(HERE / "sample.typ"),
        output=str(HERE / "sample.pdf"),
        ignore_system_fonts=True,
        pdf_standards="1.7",
    )


if __name__ == "__main__":
    main()
