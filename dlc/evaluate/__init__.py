"""Measuring a reader of figures on a simulated set; `spec/evaluation.md` defines every number."""
