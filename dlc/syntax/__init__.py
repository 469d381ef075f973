"""The language `.dlnet`: reading it, printing it, laying it out."""

from dlc.syntax.formatter import format_text
from dlc.syntax.parser import Parsed, parse, parse_chain
from dlc.syntax.printer import print_module, print_net

__all__ = ["Parsed", "format_text", "parse", "parse_chain", "print_module", "print_net"]
