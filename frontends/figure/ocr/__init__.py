"""Reading text in pictures, by whichever engine is installed, behind one small interface."""

from dlc.frontends.figure.ocr.recogniser import Recogniser, TextReading, engine, engines

__all__ = ["Recogniser", "TextReading", "engine", "engines"]
