"""Boxes of an overview that name a module, and the details that show what is inside."""

from dlc.frontends.paper.detail.compose import Composed, compose

__all__ = ["Composed", "compose"]
