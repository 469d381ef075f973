"""From a table's cells to the layers that they describe; `dlc.frontends.table.read` is the entry."""
