"""Pictures that Keras' and Caffe's own routines draw, from pixels to networks, exactly."""

import pytest
from support.nets import read_net

from dlc.evaluate.measure import measure
from dlc.evaluate.reader import Reading
from dlc.evaluate.readers import whole
from dlc.ir import Net
from dlc.simulate import caffe_style, keras_style
from dlc.simulate.caffe_style import CaffeStyle
from dlc.simulate.keras_style import KerasStyle, Version

SKIPS = """net skips {
  image = input map[28, 28, 1]
  conv2d_1 = conv2d(image, filters=64, kernel=5, stride=2, padding=same)
  dropout_1 = dropout(conv2d_1, rate=0.3)
  max_pooling2d_1 = maxpool2d(dropout_1, kernel=3, stride=2)
  conv2d_2 = conv2d(max_pooling2d_1, filters=208, kernel=3, padding=same)
  concatenate_1 = concat(conv2d_2, max_pooling2d_1)
  flatten_1 = flatten(concatenate_1)
  dense_1 = dense(flatten_1, units=80)
  dropout_2 = dropout(dense_1, rate=0.5)
  dense_2 = dense(dropout_2, units=2)
  output dense_2
}
"""
TEXTS = """net texts {
  words = input ids[32]
  embed1 = embed(words, vocab=10000, dim=64)
  lstm1 = lstm(embed1, units=18, return_sequences=true)
  rnn1 = rnn(lstm1, units=5)
  fc1 = dense(rnn1, units=185)
  cat1 = concat(fc1, rnn1)
  fc2 = dense(cat1, units=2)
  output fc2
}
"""
STYLES = {
    "words": KerasStyle(),
    "sizes": KerasStyle(show_shapes=True),
    "to the right": KerasStyle(Version.TF_2_4, show_shapes=True, rankdir="LR"),
    "fields": KerasStyle(Version.TF_2_8, show_layer_activations=True, show_layer_names=False),
    "fields with sizes": KerasStyle(Version.TF_2_8, show_shapes=True, show_dtype=True),
    "dark tables": KerasStyle(Version.KERAS_3, show_shapes=True, show_layer_activations=True),
    "dark bars": KerasStyle(Version.KERAS_3),
    "blobs": CaffeStyle(),
    "numbers that touch arrows": CaffeStyle("TB"),
    "types alone": CaffeStyle("BT", old=True, label_edges=False),
}


def shown(net: Net, style: KerasStyle | CaffeStyle) -> tuple[bool, str]:
    """Whether a picture of the net is read exactly, and how it compares."""
    if isinstance(style, CaffeStyle):
        picture = caffe_style.draw(net, style)
    else:
        picture = keras_style.draw(net, style)
    reading = whole(picture.png, "drawn.png")
    found = measure(picture.truth, Reading(tuple(reading.nets), reading.drawing))
    return found.exact and found.triples.f1 == 1, str(found)


@pytest.mark.parametrize("text", [SKIPS, TEXTS], ids=["image", "text"])
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_a_picture_is_read_exactly(text: str, style: KerasStyle | CaffeStyle) -> None:
    exact, why = shown(read_net(text), style)
    assert exact, why
