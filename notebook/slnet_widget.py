"""SLNet in a notebook: the viewer and the panel of slnet-web over a NumPy stack. See docs/notebook.md.

    from slnet_widget import SlnetWidget
    widget = SlnetWidget(stack, pixel_size_nm=100)
    widget            # shows it; then, in another cell, after "Clean":
    widget.sparse     # the cleaned frames, float32 [frames, height, width]
"""

import json
from pathlib import Path

import anywidget
import traitlets

from slnet_exchange import StackExchange

_PLACES = (Path(__file__).resolve().parent, Path(__file__).resolve().parent.parent / "dist")
_MODULE = next((place / "anywidget.js" for place in _PLACES if (place / "anywidget.js").is_file()), None)
if _MODULE is None:
    raise ImportError(f"anywidget.js is not in {_PLACES[0]}, expected it there: take it from dist/ of slnet-web")


class SlnetWidget(anywidget.AnyWidget):
    """The widget over one stack of [frames, height, width].

    stack: uint8, uint16 or float32, or what these hold without loss; a memmap or an array of zarr or h5py as well: only
        the frames that the page asks for are read
    name: shown, and the beginning of the names of saved files
    pixel_size_nm, frame_interval_seconds, exposure_seconds, camera_offset_adu, adu_per_electron: what is known of the
        recording
    configuration: options that differ from their defaults, by the names in docs/configuration.md
    model: of an earlier training, as `widget.model` or the text of a model file
    out, low_rank_out: float arrays of the stack's shape that are filled with the cleaned frames, a memmap for instance
    answer_seconds: how long the page waits for Python, which answers only while no cell is running

    Raises ValueError, in one sentence, for a stack or an array that does not fit.
    """

    _esm = _MODULE

    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    dtype = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode("stack").tag(sync=True)
    #: Counts the stacks that were set.
    revision = traitlets.Int(0).tag(sync=True)
    #: By the names of the page: pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron.
    metadata = traitlets.Dict().tag(sync=True)
    configuration = traitlets.Dict().tag(sync=True)
    #: The trained model as the text of a model file, empty before any training.
    model_record = traitlets.Unicode("").tag(sync=True)
    answer_seconds = traitlets.Float(60.0).tag(sync=True)
    #: Frames cleaned so far by the last cleaning; can be observed.
    cleaned_frames = traitlets.Int(0)

    def __init__(
        self,
        stack,
        *,
        name="stack",
        pixel_size_nm=None,
        frame_interval_seconds=None,
        exposure_seconds=None,
        camera_offset_adu=None,
        adu_per_electron=None,
        configuration=None,
        model=None,
        out=None,
        low_rank_out=None,
        answer_seconds=60.0,
    ):
        exchange = StackExchange(stack, {"sparse": out, "low_rank": low_rank_out})
        metadata = {
            "pixelSizeNm": pixel_size_nm,
            "frameIntervalSeconds": frame_interval_seconds,
            "exposureSeconds": exposure_seconds,
            "cameraOffsetAdu": camera_offset_adu,
            "aduPerElectron": adu_per_electron,
        }
        super().__init__(
            shape=list(exchange.shape),
            dtype=exchange.dtype,
            name=name,
            metadata={key: float(value) for key, value in metadata.items() if value is not None},
            configuration=dict(configuration or {}),
            model_record=_record(model),
            answer_seconds=float(answer_seconds),
        )
        self._exchange = exchange
        self.on_msg(self._on_message)

    @property
    def stack(self):
        """The stack that is shown. Another one takes its place, with arrays of its own for what is cleaned."""
        return self._exchange.stack

    @stack.setter
    def stack(self, stack):
        exchange = StackExchange(stack)
        self._exchange = exchange
        self.cleaned_frames = 0
        with self.hold_sync():
            self.shape = list(exchange.shape)
            self.dtype = exchange.dtype
            self.revision += 1

    @property
    def sparse(self):
        """Cleaned frames of the last cleaning, in ADU, [frames, height, width]; None before one."""
        return self._exchange.results.get("sparse")

    @property
    def low_rank(self):
        """The background of the last cleaning that kept it, in ADU; None before one."""
        return self._exchange.results.get("low_rank")

    @property
    def model(self):
        """The trained model as plain values, or None. Can be set to one, or to None."""
        return json.loads(self.model_record) if self.model_record else None

    @model.setter
    def model(self, model):
        self.model_record = _record(model)

    def _on_message(self, _widget, content, buffers):
        answer = self._exchange.answer(content, buffers)
        if answer is not None:
            self.send(*answer)
            self.cleaned_frames = self._exchange.done - self._exchange.first


def _record(model):
    if model is None:
        return ""
    return model if isinstance(model, str) else json.dumps(model)
