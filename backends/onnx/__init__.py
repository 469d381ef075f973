"""Target `onnx`: a model of opset 17 that onnx.checker accepts and onnxruntime runs.

Interface. Inputs and outputs have the names of the net's. The batch comes first and is dynamic (`N`). Maps
are N, C, H, W, volumes N, C, D, H, W, sequences N, T, F, vectors N, units, all float32; ids are N, T of
int64. The tensor that holds a layer's value has the layer's name (`<name>.first`, `<name>.last`,
`<name>.steps` where an output had to be turned), so that it can be asked for; `plan(net).values[name]` says
in which layout it lies.

Flattening. A map that is flattened for dense layers alone (perhaps through activations, dropout and concat)
is flattened as it lies, C, H, W, and the weights of those dense layers stand in that order; this is as the
Caffe and PyTorch backends do. Everywhere else the channels are moved to the end first. Weights given to
`build`, and taken by `weights_of`, are in the language's order, (H, W, C): they are turned here.

Weights. `build(net, options, weights)` makes the model; `weights` are numpy arrays by layer and role in the
layout of `dlc.backends.parameters` (Keras's), `{"conv1": {"kernel": ..., "bias": ...}}`; `by_role` there
makes them of lists; `weights_of(net, model)` takes them out of an emitted model again. `plan(net).weights`
are the initialisers, each with the parameters that it holds and how they lie in it. For the layer L:

| layer | initialisers |
|---|---|
| conv1d/2d/3d | L.kernel (filters, C / groups, *window), L.bias |
| conv1d/2d/3d_transpose | L.kernel (C, filters / groups, *window), L.bias |
| depthwise_conv2d | L.kernel (C * multiplier, 1, *window), L.bias |
| separable_conv2d | L.depthwise_kernel (C * multiplier, 1, *window), L.pointwise_kernel (filters, between, 1, 1), ... |
| dense | L.kernel (units, inputs), L.bias |
| embed | L.embeddings (vocab, dim) |
| prelu | L.slope (C, 1, 1), as many 1 as there are spatial axes behind |
| batchnorm | L.gamma, L.beta, L.mean, L.variance (C); a missing gamma is ones, a missing beta zeros |
| layernorm, instancenorm | L.gamma, L.beta (C) |
| groupnorm | L.gamma, L.beta (C, 1, 1) |
| rnn, lstm, gru | L.kernel (directions, gates * units, F), L.recurrent_kernel, L.bias (directions, 2 * gates * units) |
| attention | L.query_kernel (F, dim), L.query_bias (dim), the same of key, value and output |

Gates stand in ONNX's order: i, o, f, c (lstm) and z, r, h (gru, with linear_before_reset).
"""

from dlc.backends.onnx.backend import OnnxBackend, build, plan, weights_of

__all__ = ["OnnxBackend", "build", "plan", "weights_of"]
