"""`python -m dlc.syntax` writes the parser's table, after a change of the grammar."""

from pathlib import Path

from dlc.syntax.tables import GRAMMAR, write

write(Path(str(GRAMMAR / "dlnet.table.json")))
