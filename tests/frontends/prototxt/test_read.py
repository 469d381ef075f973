"""Networks in Caffe's files: what each layer becomes, phases, old spellings, and what is kept as it is."""

import pytest

from dlc.diagnostics import DlcError, codes
from dlc.frontends.prototxt import read
from dlc.ir import Net
from dlc.passes.check import check
from dlc.syntax import print_module

INPUT = 'input: "data" input_shape { dim: 1 dim: 3 dim: 32 dim: 32 }\n'


def layer(kind: str, name: str, bottom: str, fields: str = "", top: str = "") -> str:
    return f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{top or name}" {fields} }}\n'


def net(text: str, **options: object) -> Net:
    module, _ = read(INPUT + text, **options)  # type: ignore[arg-type]
    checked = check(module)
    assert not [d for d in checked.diagnostics if d.is_error]
    return checked.module.nets[0]


IP = layer("InnerProduct", "ip", "data", "inner_product_param { num_output: 2 }")


def body(text: str) -> list[str]:
    """The printed statements of a net read from layers on `data`."""
    module, _ = read(INPUT + text)
    return [line.strip() for line in print_module(module).splitlines()[2:-2]]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (
            layer("Convolution", "c", "data", "convolution_param { num_output: 8 kernel_size: 3 pad: 1 }"),
            "c = conv2d(data, filters=8, kernel=3, padding=1)",
        ),
        (
            layer(
                "Convolution", "c", "data",
                "convolution_param { num_output: 6 kernel_h: 3 kernel_w: 5 stride: 2 group: 3"
                " bias_term: false }",
            ),
            "c = conv2d(data, filters=6, kernel=(3, 5), stride=2, padding=0, groups=3, bias=false)",
        ),
        (
            layer(
                "Deconvolution", "d", "data",
                "convolution_param { num_output: 4 kernel_size: 4 stride: 2 pad: 1 }",
            ),
            "d = conv2d_transpose(data, filters=4, kernel=4, stride=2, padding=1)",
        ),
        (
            layer("Pooling", "p", "data", "pooling_param { pool: MAX kernel_size: 3 stride: 2 }"),
            "p = maxpool2d(data, kernel=3, stride=2, padding=0, round=ceil)",
        ),
        (
            layer("Pooling", "p", "data", "pooling_param { pool: AVE global_pooling: true }"),
            "p = avgpool2d(data, kernel=32, stride=1, padding=0)",
        ),
        (layer("ReLU", "r", "data", "relu_param { negative_slope: 0.1 }"), "r = leaky_relu(data, slope=0.1)"),
        (
            layer("LRN", "n", "data", "lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }"),
            "n = lrn(data, alpha=2e-05, k=1.0)",
        ),
        (
            layer("LRN", "n", "data", "lrn_param { local_size: 3 alpha: 9 norm_region: WITHIN_CHANNEL k: 5 }"),
            "n = lrn(data, size=3, alpha=1.0, k=1.0, region=within)",
        ),
        (
            layer("Power", "p", "data", "power_param { scale: 0.5 shift: -1 }"),
            "p = rescale(data, scale=0.5, offset=-1.0)",
        ),
        (layer("Dropout", "d", "data", "dropout_param { dropout_ratio: 0.3 }"), "d = dropout(data, rate=0.3)"),
        (layer("Permute", "p", "data", "permute_param { order: 0 order: 2 order: 3 order: 1 }"),
         "p = permute(data, order=(2, 3, 1))"),
        (layer("ConvolutionDepthwise", "c", "data", "convolution_param { num_output: 3 kernel_size: 3 }"),
         "c = conv2d(data, filters=3, kernel=3, padding=0, groups=3)"),
    ],
)  # fmt: skip
def test_one_layer(text: str, printed: str) -> None:
    assert body(text) == [printed]


def test_slices_are_layers() -> None:
    tops = 'top: "b" top: "c" slice_param { axis: 1 slice_point: 1 slice_point: 2 }'
    assert body(layer("Slice", "s", "data", tops, top="a")) == [
        "s = slice(data, start=0, size=1)",
        "b = slice(data, start=1, size=1)",
        "c = slice(data, start=2, size=1)",
    ]
    rows = body(layer("Slice", "s", "data", 'top: "b" slice_param { axis: 2 }', top="a"))
    assert rows == ["s = slice(data, start=0, size=16, axis=1)", "b = slice(data, start=16, size=16, axis=1)"]


def test_factors_of_a_sum_are_rescalings_before_it() -> None:
    fields = 'bottom: "data" eltwise_param { coeff: 1 coeff: 0.5 }'
    assert body(layer("Eltwise", "e", "data", fields)) == [
        "e_coeff2 = rescale(data, scale=0.5) @ inferred",
        "e = add(data, e_coeff2)",
    ]


def test_a_power_that_is_not_1_is_kept() -> None:
    module, found = read(INPUT + layer("Power", "p", "data", "power_param { power: 2 }"))
    assert module.nets[0].body[0].layer.op_name == "opaque"
    assert [d.code for d in found] == [codes.LAYER_KEPT]


def test_a_third_bottom_of_a_recurrent_layer_is_no_sequence() -> None:
    text = (
        'input: "x" input_shape { dim: 5 dim: 1 dim: 4 } input: "cont" input_shape { dim: 5 dim: 1 }\n'
        'input: "still" input_shape { dim: 1 dim: 7 }\n'
        'layer { name: "l" type: "LSTM" bottom: "x" bottom: "cont" bottom: "still" top: "l"'
        " recurrent_param { num_output: 3 } }\n"
    )
    module, _ = read(text)
    (net,) = module.nets
    assert [str(i.type) for i in net.inputs] == ["sequence[5, 4]", "vector[5]", "vector[7]"]
    assert net.body[0].layer.attributes()["attributes"]["parameters"] == 4 * 3 * (4 + 7 + 3 + 1)  # type: ignore[index, call-overload]


def test_inner_product_flattens() -> None:
    assert body(layer("InnerProduct", "ip", "data", "inner_product_param { num_output: 10 }")) == [
        "ip_flat = flatten(data) @ inferred",
        "ip = dense(ip_flat, units=10)",
    ]


def test_flatten_keeps_the_order_of_caffe() -> None:
    assert body(layer("Flatten", "f", "data")) == [
        "f_chw = permute(data, order=(3, 1, 2)) @ inferred",
        "f = flatten(f_chw)",
    ]


def test_in_place_layers_become_values_of_their_own() -> None:
    text = layer("ReLU", "r", "data", top="data") + layer("Dropout", "d", "data", top="data")
    assert [(n.name, n.inputs) for n in net(text).body] == [("r", ("data",)), ("d", ("r",))]


def test_batch_norm_and_its_scale_are_one_layer() -> None:
    text = layer("BatchNorm", "bn", "data", top="data") + layer(
        "Scale", "sc", "data", "scale_param { bias_term: true }", top="data"
    )
    assert body(text) == ["bn = batchnorm(data, eps=1e-05, momentum=0.999)"]


def test_a_batch_norm_alone_has_no_gamma_and_beta() -> None:
    (line,) = body(layer("BatchNorm", "bn", "data"))
    assert "scale=false" in line
    assert "center=false" in line


def test_merges() -> None:
    two = layer("ReLU", "a", "data") + layer("Sigmoid", "b", "data")
    add = two + 'layer { name: "s" type: "Eltwise" bottom: "a" bottom: "b" top: "s" }\n'
    assert body(add)[-1] == "s = add(a, b)"
    minus = two + (
        'layer { name: "s" type: "Eltwise" bottom: "a" bottom: "b" top: "s"'
        " eltwise_param { coeff: 1 coeff: -1 } }\n"
    )
    assert body(minus)[-1] == "s = subtract(a, b)"
    joined = two + 'layer { name: "c" type: "Concat" bottom: "a" bottom: "b" top: "c" }\n'
    assert body(joined)[-1] == "c = concat(a, b)"


def test_old_spellings_read_alike() -> None:
    v1 = (
        'layers { name: "c" type: CONVOLUTION bottom: "data" top: "c"'
        " convolution_param { num_output: 8 kernel_size: 3 } }\n"
        'layers { name: "s" type: SOFTMAX bottom: "c" top: "s" }\n'
    )
    v0 = (
        'layers { layer { name: "c" type: "conv" num_output: 8 kernelsize: 3 } bottom: "data" top: "c" }\n'
        'layers { layer { name: "s" type: "softmax" } bottom: "c" top: "s" }\n'
    )
    assert body(v1) == body(v0) == ["c = conv2d(data, filters=8, kernel=3, padding=0)", "s = softmax(c)"]


def test_padding_layers_of_v0_belong_to_the_convolution_after_them() -> None:
    text = (
        'layers { layer { name: "p" type: "padding" pad: 2 } bottom: "data" top: "p" }\n'
        'layers { layer { name: "c" type: "conv" num_output: 8 kernelsize: 5 } bottom: "p" top: "c" }\n'
    )
    assert body(text) == ["c = conv2d(data, filters=8, kernel=5, padding=2)"]


TRAINING = (
    'layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TRAIN }'
    " transform_param { crop_size: 24 mean_value: 1 mean_value: 2 mean_value: 3 } }\n"
    'layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TEST }'
    " transform_param { crop_size: 28 mean_value: 1 mean_value: 2 mean_value: 3 } }\n"
    'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"'
    " inner_product_param { num_output: 2 } }\n"
    'layer { name: "acc" type: "Accuracy" bottom: "ip" bottom: "label" top: "acc" include { phase: TEST } }\n'
    'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }\n'
)


@pytest.mark.parametrize(("phase", "side"), [("train", 24), ("test", 28), (None, 28)])
def test_phases(phase: str | None, side: int) -> None:
    module, findings = read(TRAINING, phase=phase)
    (made,) = module.nets
    assert [str(i.type) for i in made.inputs] == [f"map[{side}, {side}, 3]"]
    assert made.outputs == ("ip",)
    assert {d.code for d in findings} == {codes.LAYER_SKIPPED}


def test_without_a_phase_the_whole_one_is_read() -> None:
    only_training = TRAINING.replace("phase: TEST", "phase: OTHER")
    module, _ = read(only_training)
    assert str(module.nets[0].inputs[0].type) == "map[24, 24, 3]"


def test_shapes_that_only_the_data_know_can_be_given() -> None:
    text = 'layer { name: "d" type: "Data" top: "data" top: "label" }\n' + IP
    assert str(read(text)[0].nets[0].inputs[0].type) == "map[?, ?, ?]"
    assert str(read(text, given={"data": (1, 28, 28)})[0].nets[0].inputs[0].type) == "map[28, 28, 1]"


def test_unknown_layers_are_kept_with_their_fields() -> None:
    text = layer("PriorBox", "boxes", "data", "prior_box_param { min_size: 30.0 flip: true offset: 0.5 }")
    module, _ = read(INPUT + text)
    (node,) = module.nets[0].body
    assert node.layer.op_name == "opaque"
    fields = {"prior_box_param": {"min_size": 30.0, "flip": True, "offset": 0.5}}
    assert node.layer.attributes()["attributes"]["prototxt"] == fields  # type: ignore[index,call-overload]
    assert str(node.declared) == "sequence[2, 4096]"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('name: "nothing"', codes.PROTOTXT_NO_NET),
        ('net: "train.prototxt" base_lr: 0.1', codes.PROTOTXT_NO_NET),
        (INPUT + layer("ReLU", "r", "missing"), codes.UNDEFINED_NAME),
        (
            INPUT + layer("Convolution", "c", "data", "convolution_param { num_output: 0 kernel_size: 3 }"),
            codes.LAYER_WRONG,
        ),
        (
            INPUT + layer("Convolution", "c", "data", "convolution_param { num_output: 2 kernel_size: 99 }"),
            codes.SIZE_VANISHES,
        ),
    ],
)
def test_what_is_no_network_is_told(text: str, code: codes.Code) -> None:
    with pytest.raises(DlcError) as caught:
        read(text)
    assert caught.value.diagnostics[0].code == code
