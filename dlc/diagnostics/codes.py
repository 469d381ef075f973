"""Every diagnostic code, once. `dlc explain CODE` prints the page `spec/errors/CODE.md`.

Ranges: 00 files and command line, 01 syntax, 02 names, attributes and structure, 03 kinds and shapes,
04 holes and passes, 05 targets, 06 papers, tables and pictures, 07 other formats read, 08 simulation and
evaluation, 09 weights, and running nets in their frameworks.
"""

from __future__ import annotations

import attrs


@attrs.frozen
class Code:
    """A stable number such as `DLC0203` and its short title."""

    number: str
    title: str

    def __str__(self) -> str:
        return self.number


CODES: dict[str, Code] = {}


def _code(number: int, title: str) -> Code:
    made = Code(f"DLC{number:04d}", title)
    if made.number in CODES:
        raise ValueError(f"{made.number} is declared twice")
    CODES[made.number] = made
    return made


# 00: files and the command line
FILE_MISSING = _code(1, "file not found")
FILE_UNREADABLE = _code(2, "file cannot be read")
FILE_EMPTY = _code(3, "file is empty")
OUTPUT_UNWRITABLE = _code(4, "output cannot be written")
FORMAT_UNKNOWN = _code(5, "input format not recognised")
NOT_UTF8 = _code(6, "text is not UTF-8")
TARGET_UNKNOWN = _code(7, "unknown target")
NET_UNKNOWN = _code(8, "no net of that name")
USAGE = _code(9, "command line is wrong")
TOO_LARGE = _code(10, "input is larger than the limit")
INTERNAL = _code(11, "internal error")
EXTRA_MISSING = _code(12, "an optional part is not installed")

# 01: syntax
SYNTAX = _code(101, "syntax error")
BRACKET_NOT_CLOSED = _code(102, "bracket is not closed")
BRACE_NOT_CLOSED = _code(103, "net or block is not closed")
EQUAL_MISSING = _code(104, "= is missing")
COLON_FOR_EQUAL = _code(105, "attribute is given with : instead of =")
COMMA_MISSING = _code(106, "comma is missing")
ARROW_FOR_PIPE = _code(107, "another arrow instead of |>")
STRING_NOT_CLOSED = _code(108, "string is not closed")
OTHER_LANGUAGE = _code(109, "statement of another language")
FOREIGN_LAYER_NAME = _code(110, "layer has another name here")
POSITIONAL_ATTRIBUTE = _code(111, "attribute is given without its name")
NESTED_CALL = _code(112, "layer inside a layer")
KEYWORD_MISSPELT = _code(113, "keyword is misspelt")
SIZE_WITH_X = _code(114, "size is written with x")
ALIAS = _code(115, "statement names nothing new")
INPUT_TYPE = _code(116, "type is missing or of no known kind")
STRANGE_CHARACTER = _code(117, "character has no meaning here")
BAD_VALUE = _code(118, "value cannot be calculated")
VALUE_MISSING = _code(119, "value is missing")
COMMENT_SIGN = _code(120, "comment begins with another sign")
LINK_INPUTS = _code(121, "link does not say where the piped value goes")
BLOCK_OUTPUT = _code(122, "block has not exactly one output")
TOO_NESTED = _code(123, "nested too deep")
MARK_TWICE = _code(124, "mark is given twice or not possible here")
EMPTY_NAME = _code(125, "name is empty")
BRACKET_MISSING = _code(126, "bracket or brace is missing")
TOO_MANY_ERRORS = _code(127, "too many errors")
RESULT_UNNAMED = _code(128, "result has no name")

# 02: names, attributes and structure
DUPLICATE_NAME = _code(201, "name is defined twice")
UNDEFINED_NAME = _code(202, "name is not defined")
UNKNOWN_LAYER = _code(203, "unknown layer")
UNKNOWN_ATTRIBUTE = _code(204, "unknown attribute")
MISSING_ATTRIBUTE = _code(205, "attribute is missing")
BAD_ATTRIBUTE = _code(206, "attribute value is outside its domain")
WRONG_ARITY = _code(207, "wrong number of inputs")
CYCLE = _code(208, "the net has a cycle")
NO_OUTPUT = _code(209, "no output")
UNKNOWN_BLOCK_ARGUMENT = _code(210, "unknown block argument")
DUPLICATE_ATTRIBUTE = _code(211, "attribute is given twice")
RECURSIVE_BLOCK = _code(212, "block calls itself")
UNUSED_LAYER = _code(213, "layer reaches no output")
SHARING_WRONG = _code(214, "layer cannot use another one's weights")

# 03: kinds and shapes
KIND_MISMATCH = _code(301, "layer cannot take this kind")
SIZE_VANISHES = _code(302, "size falls to zero or below")
TYPE_DISAGREES = _code(303, "declared type differs from the inferred one")
INPUTS_DISAGREE = _code(304, "inputs of a merge do not fit each other")
SHAPE_RULE = _code(305, "shape rule is violated")
VECTOR_INTO_EMBED = _code(306, "values into embed are not ids")
BAD_TYPE = _code(307, "type has the wrong number of dimensions, or one that is not positive")

# 04: holes and passes
HOLES_LEFT = _code(401, "holes left")
HOLE_FILLED = _code(402, "hole filled")
SEVERAL_FILLINGS = _code(403, "several fillings fit")
NO_FILLING = _code(404, "no filling fits the declared shape")
EXPANSION_TOO_LARGE = _code(405, "blocks and repeats expand to too much")
MENDED = _code(406, "layer changed so that the net can be built")

# 05: targets
TARGET_CANNOT = _code(501, "target cannot say this layer")
TARGET_APPROXIMATES = _code(502, "target says this layer only approximately")

# 06: papers, tables and pictures
PDF_DAMAGED = _code(601, "PDF is damaged")
PDF_ENCRYPTED = _code(602, "PDF is encrypted")
PDF_NO_TEXT = _code(603, "PDF has no text")
NO_NETWORK = _code(604, "no network found")
ROW_NOT_READ = _code(605, "table row or cell not understood")
SIZE_CONTRADICTS = _code(606, "reported size contradicts the layers")
GUESSED = _code(607, "part of a reading is a guess")
NET_UNSOUND = _code(608, "network was read but is not sound")
PICTURE_DAMAGED = _code(609, "picture cannot be decoded")
PICTURE_TOO_LARGE = _code(610, "picture has too many pixels")
PICTURE_EMPTY = _code(611, "picture shows nothing")
EVIDENCE_DIFFERS = _code(612, "table and figure say different things")
SVG_MALFORMED = _code(613, "SVG is not well-formed")
SVG_REFUSED = _code(614, "SVG asks for what is outside it, or for too much")
SCRIPT_UNKNOWN = _code(615, "text of a figure is not read")
DETAIL_TAKEN = _code(616, "a box is taken for what another place shows")
DETAIL_LEFT = _code(617, "what is inside a box is not clear")

# 07: other formats read
JSON_MALFORMED = _code(701, "JSON is malformed")
JSON_CONTRACT = _code(702, "JSON does not follow dlnet-json/1")
PROTOTXT_MALFORMED = _code(703, "text is no protobuf message")
PROTOTXT_NO_NET = _code(704, "message describes no network")
LAYER_KEPT = _code(705, "layer is not known and kept as it is")
LAYER_SKIPPED = _code(706, "layer is no part of the network")
LAYER_WRONG = _code(707, "layer cannot be what the file says")
KERAS_CONTRACT = _code(708, "document is no Keras model")
SHARED_IN_PART = _code(720, "layers share some of their weights, but not all")
ONNX_MALFORMED = _code(731, "file is no ONNX model")
ONNX_UNSOUND = _code(732, "ONNX graph does not hold together")

# 08: simulation and evaluation
SET_DIFFERS = _code(801, "folder holds another simulated set")
SET_MISSING = _code(802, "no simulated set in the folder")
SET_DAMAGED = _code(803, "simulated set is damaged")
READER_UNKNOWN = _code(804, "no such reader of figures")

# 09: weights, and running nets in their frameworks
WEIGHTS_DAMAGED = _code(901, "weights file is damaged")
WEIGHTS_MISSING = _code(902, "layer has no weights in the file")
WEIGHTS_SHAPE = _code(903, "weights have another shape than the layer's")
WEIGHTS_EXTRA = _code(904, "file has weights that no layer takes")
WEIGHTS_FORMAT = _code(905, "weights cannot be read or written in this format")
WEIGHTS_PICKLE = _code(906, "weights are a pickle")
WEIGHTS_NO_NET = _code(907, "weights file does not say of which net")
FRAMEWORK_MISSING = _code(911, "framework is not installed")
RUN_FAILED = _code(912, "net fails in its framework")
CANNOT_COMPARE = _code(913, "two sides cannot be compared")
