"""Places in a paper, as text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.ir import Origin

COUNTS = st.none() | st.integers(1, 99)
BOXES = st.none() | st.tuples(*[st.integers(0, 8000).map(lambda tenths: tenths / 10)] * 4)


@pytest.mark.parametrize(
    "text",
    [
        "p.4 table 1 row 3 column 2 [72 88 120.5 99] «conv3-64»",
        "p.4 table row 3",
        "table row 3 column 2 «conv»",
        "figure",
        "p.2 figure S1 «row 3»",
        "",
    ],
)
def test_text_reads_back(text: str) -> None:
    origin = Origin.parse(text)
    assert str(origin) == text
    assert (origin.note is None) == bool(text)


@given(
    st.builds(
        Origin,
        page=COUNTS,
        kind=st.none() | st.sampled_from(["table", "figure"]),
        row=COUNTS,
        column=COUNTS,
        bbox=BOXES,
        text=st.none() | st.text("ab 3×row[]", min_size=1),
    )
)
def test_place_without_a_number_reads_back(origin: Origin) -> None:
    if origin != Origin():
        assert Origin.parse(str(origin)) == origin


def test_other_words_are_a_note() -> None:
    assert Origin.parse("chosen by hand") == Origin(note="chosen by hand")
