"""Running two networks on the same inputs, each in its own framework, and comparing what they compute.

Frameworks are imported by the scripts in `runners` alone, which run in processes of their own.
"""
