"""ONNX models as nets.

Operators of the standard domain (opsets 7 to 26) that the catalogue covers become layers; all others stay
`opaque`, with their attributes and the type that the file states. Shapes that exporters calculate are
calculated here; transpositions and axes of size 1 only change how a tensor is seen.
"""

from dlc.frontends.onnx.read import read, read_with_weights

__all__ = ["read", "read_with_weights"]
