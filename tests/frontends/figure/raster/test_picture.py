"""Picture files: every form is decoded, what is no picture is refused with a code, and nothing is made up."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image
from support.canvases import LEFT, RIGHT, Board, graph, seen, two_boxes

from dlc.diagnostics import DlcError
from dlc.frontends.figure.picture import read_picture
from dlc.frontends.figure.raster import picture
from dlc.frontends.figure.raster.picture import MOST_PIXELS, decode
from dlc.frontends.figure.read import read_drawing


def saved(image: Image.Image, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


def is_read(data: bytes) -> bool:
    drawing = seen(data)
    return len(drawing.boxes) == 2 and graph(drawing, [LEFT, RIGHT]) == {(0, 1)}


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA"])
def test_modes_of_png(mode: str) -> None:
    assert is_read(two_boxes().file(mode=mode))


def test_all_decoders_of_png_give_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).integers(0, 256, (40, 50, 4)).astype(np.uint8)
    values[:20, :25, 3], values[20:, :25, 3] = 0, 255
    files = [saved(Image.fromarray(values).convert(mode)) for mode in ("RGB", "RGBA")]
    made = [[decode(data, "x.png").pixels for data in files]]
    for name, other in (("quick", None), ("_quickly", lambda _data, _image: None)):
        monkeypatch.setattr(picture, name, other)
        made.append([decode(data, "x.png").pixels for data in files])
    assert all(
        np.array_equal(one, other) for rest in made[1:] for one, other in zip(made[0], rest, strict=True)
    )


def test_a_png_that_is_to_be_turned_is_turned() -> None:
    image = Image.fromarray(np.random.default_rng(3).integers(0, 256, (40, 50, 3)).astype(np.uint8))
    stream, told = io.BytesIO(), Image.Exif()
    told[0x0112] = 6
    image.save(stream, "PNG", exif=told)
    assert decode(stream.getvalue(), "x.png").size == (40, 50)


@pytest.mark.parametrize("at", [0.3, 0.6, 0.95])
def test_decoders_say_nothing_of_their_own_on_damage(at: float, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(two_boxes().file())
    data[int(at * len(data))] ^= 255
    with contextlib.suppress(DlcError):  # Pillow reads on where only a chunk's sum is wrong
        decode(bytes(data), "x.png")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_palettes(form: str) -> None:
    assert is_read(saved(Image.fromarray(two_boxes().pixels).quantize(64), form))


def test_black_and_white() -> None:
    grey = Image.fromarray(two_boxes().pixels).convert("L")
    assert is_read(saved(grey.point(lambda value: 255 * (value > 128), "1")))


@pytest.mark.parametrize(
    ("form", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("BMP", "RGB"), ("TIFF", "RGB"), ("WEBP", "RGB")],
)
def test_other_forms(form: str, mode: str) -> None:
    assert is_read(two_boxes().file(form, mode))


def test_sixteen_bits_a_channel() -> None:
    grey = np.asarray(Image.fromarray(two_boxes().pixels).convert("L")).astype(np.uint16) * 257
    assert is_read(saved(Image.fromarray(grey)))


def test_a_transparent_ground_is_white_paper() -> None:
    grey = np.asarray(Image.fromarray(two_boxes().pixels).convert("L"))
    inked = np.zeros((*grey.shape, 4), np.uint8)
    inked[..., 3] = 255 - grey
    assert is_read(saved(Image.fromarray(inked)))


def test_of_an_animation_the_first_frame_is_read() -> None:
    frames = [Image.fromarray(two_boxes().pixels), Image.new("RGB", (640, 480), "white")]
    stream = io.BytesIO()
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    assert is_read(stream.getvalue())


def huge_png(width: int, height: int) -> bytes:
    """A PNG whose header tells of so many pixels, all white, in few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


WHOLE = two_boxes().file()
BAD = {
    "nothing": (b"", "DLC0609"),
    "text": (b"this is no picture at all", "DLC0609"),
    "a PNG's first bytes": (WHOLE[:20], "DLC0609"),
    "half a PNG": (WHOLE[: len(WHOLE) // 2], "DLC0609"),
    "flipped bytes": (WHOLE[:200] + bytes(b ^ 0x5A for b in WHOLE[200:260]) + WHOLE[260:], "DLC0609"),
    "one pixel": (saved(Image.new("RGB", (1, 1))), "DLC0611"),
    "a blank page": (saved(Image.new("RGB", (800, 600), "white")), "DLC0611"),
    "a blank transparent page": (saved(Image.new("RGBA", (800, 600), (0, 0, 0, 0))), "DLC0611"),
    "20,000 by 20,000": (huge_png(20_000, 20_000), "DLC0610"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_figure_is_refused_with_a_code(name: str) -> None:
    data, code = BAD[name]
    started = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(DlcError) as refused:
            decode(data, "figure.png")
        assert tracemalloc.get_traced_memory()[1] < 300e6
    finally:
        tracemalloc.stop()
    (diagnostic,) = refused.value.diagnostics
    assert str(diagnostic.code) == code
    assert "figure.png" in diagnostic.message
    assert time.process_time() - started < 20


def test_a_large_picture_is_read_in_bounded_time() -> None:
    side = int(MOST_PIXELS**0.5) - 10
    small = two_boxes()
    large = np.full((side, side, 3), 255, np.uint8)
    large[1000 : 1000 + 480, 1000 : 1000 + 640] = small.pixels
    started = time.process_time()
    seen(saved(Image.fromarray(large)))
    assert time.process_time() - started < 60


def photograph() -> np.ndarray:
    """A smooth scene of blobs with grain, as a photo has it."""
    rng = np.random.default_rng(3)
    coarse = Image.fromarray(rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)).resize(
        (640, 480), Image.Resampling.BICUBIC
    )
    return np.clip(np.asarray(coarse) + rng.normal(0, 9, (480, 640, 3)), 0, 255).astype(np.uint8)


def foliage(side: int = 1400) -> np.ndarray:
    """A scene in many grains, as leaves or grass have it: much ink in tangles, nothing drawn."""
    rng = np.random.default_rng(4)
    made = np.zeros((side, side))
    for grain in (4, 8, 16, 40):
        part = Image.fromarray(rng.integers(0, 255, (side // grain, side // grain), dtype=np.uint8))
        made += np.asarray(part.resize((side, side), Image.Resampling.BICUBIC)) / 4
    return np.repeat(made.astype(np.uint8)[:, :, None], 3, axis=2)


def plot() -> np.ndarray:
    """Curves between axes with ticks."""
    made = Board()
    made.line((60, 20), (60, 420), (600, 420))
    for k in range(9):
        made.line((60, 30 + 45 * k), (66, 30 + 45 * k), width=1)
        made.text((35, 30 + 45 * k), f"{0.9 - k / 10:.1f}")
        made.line((60 + 60 * k, 420), (60 + 60 * k, 414), width=1)
        made.text((60 + 60 * k, 440), str(10 * k))
    for k, ink in enumerate(((200, 40, 40), (40, 40, 200), (40, 160, 40))):
        xs = np.arange(60, 600, 4)
        ys = 380 - (300 - 40 * k) * (1 - np.exp(-(xs - 60) / 130)) + 6 * np.sin(xs / 7 + k)
        made.line(*[(int(x), round(float(y))) for x, y in zip(xs, ys, strict=True)], ink=ink)
    made.text((330, 460), "epoch")
    return made.pixels


def boxes_alone() -> np.ndarray:
    """Boxes with words that are no layers, without arrows."""
    made = Board()
    for k, words in enumerate(("Alice", "Bob", "Carol")):
        made.box((60 + 190 * k, 100, 190 + 190 * k, 160), words)
    return made.pixels


def bars() -> np.ndarray:
    """Bars over names of layers, with a scale beside them: how long each takes."""
    made = Board()
    for k in range(6):
        made.text((35, 420 - 70 * k), f"{k}")
        made.line((55, 420 - 70 * k), (60, 420 - 70 * k), width=1)
    made.line((60, 20), (60, 420), (600, 420))
    for k, (name, high) in enumerate(
        (("conv1", 210), ("conv2", 280), ("pool", 350), ("fc6", 140), ("fc7", 70))
    ):
        made.box((90 + 100 * k, 420 - high, 160 + 100 * k, 420), "", fill=(60, 120, 180))
        made.text((125 + 100 * k, 440), name)
    made.text((330, 470), "Time per layer")
    return made.pixels


def test_bars_over_names_of_layers_are_no_network() -> None:
    pytest.importorskip("onnxruntime")
    assert read_picture(saved(Image.fromarray(bars())), "time.png").nets == ()


@pytest.mark.parametrize("draw", [photograph, plot, boxes_alone])
def test_no_network_is_made_up(draw: object) -> None:
    assert callable(draw)
    drawing = seen(saved(Image.fromarray(draw())))
    assert read_drawing(drawing).nets == ()


def test_a_picture_without_a_network_says_what_was_seen() -> None:
    pytest.importorskip("onnxruntime")
    reading = read_picture(saved(Image.fromarray(boxes_alone())), "figure.png")
    assert reading.nets == ()
    assert any("figure.png shows no network" in d.message for d in reading.diagnostics)


def test_the_tangles_of_a_photograph_are_not_followed_as_lines() -> None:
    started = time.process_time()
    drawing = seen(saved(Image.fromarray(foliage())))
    assert time.process_time() - started < 30
    assert drawing.connectors == ()
    assert read_drawing(drawing).nets == ()


def test_noise_alone_gives_no_network() -> None:
    rng = np.random.default_rng(5)
    drawing = seen(saved(Image.fromarray(rng.integers(0, 255, (400, 500, 3), dtype=np.uint8))))
    assert read_drawing(drawing).nets == ()


def test_ink_is_told_from_its_paper() -> None:
    made = Board(paper=(250, 246, 230))
    made.box(LEFT, "conv", ink=(90, 90, 90))
    made.box(RIGHT, "dense", ink=(90, 90, 90))
    made.arrow((201, 90), (399, 90), ink=(90, 90, 90))
    assert is_read(made.file())
