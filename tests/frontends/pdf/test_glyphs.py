"""Signs of TeX's mathematical fonts."""

import pytest

from dlc.frontends.pdf.glyphs import decode


@pytest.mark.parametrize(("code", "sign"), [("J", "⊙"), ("L", "⊕"), ("M", "⊕"), ("N", "⊗"), ("P", "∑")])
@pytest.mark.parametrize("mapped", [True, False])
def test_large_operators_are_no_letters(code: str, sign: str, mapped: bool) -> None:
    assert decode(code, "CMEX10", mapped) == sign
    assert decode(code, "CMR10", True) == code
