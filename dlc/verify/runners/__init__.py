"""Scripts that run a net in its framework; none of them is imported.

Each is given the path of a job: JSON with `model` (the file that holds or builds the net), `weights`, `inputs`
(an .npz file, an array an input in order), `fetch` (what is wanted: names of layers or tensors, empty for
whatever has a name) and `out` (the .npz file to write: outputs as `output:0`, ..., other values by name).
"""
