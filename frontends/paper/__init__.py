"""One paper, all its evidence: the networks that its tables and figures describe, each of them once."""

from dlc.frontends.paper.exhibits import Exhibit
from dlc.frontends.paper.read import Paper, nothing_found, read_paper, read_table_text, survey

__all__ = ["Exhibit", "Paper", "nothing_found", "read_paper", "read_table_text", "survey"]
