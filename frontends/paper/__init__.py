"""One paper, all its evidence: the networks that its tables and figures describe, each of them once."""

from dlc.frontends.paper.read import Paper, read_paper, read_table_text, survey

__all__ = ["Paper", "read_paper", "read_table_text", "survey"]
