"""Which layers belong to a phase: include and exclude rules, as Caffe's Net::FilterNet applies them."""

from __future__ import annotations

from dlc.frontends.prototxt.message import Message


def belongs(layer: Message, phase: str, stages: frozenset[str] = frozenset(), level: int = 0) -> bool:
    """Whether a layer is part of the network in this phase ("TRAIN" or "TEST")."""
    include = [m for m in layer.all("include") if isinstance(m, Message)]
    exclude = [m for m in layer.all("exclude") if isinstance(m, Message)]
    if include:
        return any(_meets(rule, phase, stages, level) for rule in include)
    return not any(_meets(rule, phase, stages, level) for rule in exclude)


def _meets(rule: Message, phase: str, stages: frozenset[str], level: int) -> bool:
    stated = rule.get("phase")
    if stated is not None and _phase(stated) != phase:
        return False
    if rule.has("min_level") and level < rule.get("min_level"):
        return False
    if rule.has("max_level") and level > rule.get("max_level"):
        return False
    if any(stage not in stages for stage in rule.all("stage")):
        return False
    return not any(stage in stages for stage in rule.all("not_stage"))


def _phase(value: object) -> str:
    return {"0": "TRAIN", "1": "TEST"}.get(str(value), str(value))
