"""Random networks: a fast seeded sampler (`Sampler`), and hypothesis strategies in `dlc.fuzz.strategies`."""

from dlc.fuzz.sampler import MOST_FLAT, SHALLOWEST, Sampler

__all__ = ["MOST_FLAT", "SHALLOWEST", "Sampler"]
