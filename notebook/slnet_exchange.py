"""What the SLNet widget and the page around it say to each other. Needs NumPy alone.

The page asks for frames by the block and gives cleaned frames back piece by piece; docs/notebook.md has all messages.
"""

import math

import numpy as np

#: Sample types that travel, by those that hold the same values.
_TRAVELS_AS = {
    "bool": "uint8",
    "uint8": "uint8",
    "uint16": "uint16",
    "int8": "float32",
    "int16": "float32",
    "float16": "float32",
    "float32": "float32",
}
_PARTS = ("sparse", "low_rank")
#: A page asks for 4 MiB at a time, or for one row.
_LARGEST_ANSWER = 8 * 1024**2


def sample_type(stack):
    """The type in which the frames of a stack travel: "uint8", "uint16" or "float32".

    Raises ValueError where the stack is none, or its values would be rounded.
    """
    shape, dtype = getattr(stack, "shape", None), getattr(stack, "dtype", None)
    if shape is None or dtype is None:
        raise ValueError(f"stack is a {type(stack).__name__}, expected an array of [frames, height, width]")
    if len(shape) != 3 or not all(size > 0 for size in shape):
        raise ValueError(f"stack has shape {tuple(shape)}, expected [frames, height, width] with at least one pixel")
    travels_as = _TRAVELS_AS.get(np.dtype(dtype).name)
    if travels_as is None:
        raise ValueError(
            f"stack has dtype {np.dtype(dtype).name}, expected uint8, uint16 or float32: "
            "convert it, for instance by stack.astype(numpy.float32)"
        )
    return travels_as


def check_target(target, shape, name):
    """Raises ValueError where cleaned frames of this shape cannot be written into an array."""
    if tuple(getattr(target, "shape", ())) != tuple(shape):
        raise ValueError(f"{name} has shape {getattr(target, 'shape', None)}, expected that of the stack, {tuple(shape)}")
    if np.dtype(target.dtype).kind != "f" or np.dtype(target.dtype).itemsize < 4:
        raise ValueError(f"{name} has dtype {np.dtype(target.dtype).name}, expected float32 or float64")
    flags = getattr(target, "flags", None)
    if flags is not None and not flags.writeable:
        raise ValueError(f"{name} cannot be written to, expected an array that can")


class StackExchange:
    """Answers the page's requests for one stack, and holds what it cleaned.

    stack: anything of [frames, height, width] that NumPy makes an array of when it is sliced along its first axis, such
        as a memmap or an array of zarr or h5py; only the frames asked for are read
    targets: arrays to fill, by "sparse" and "low_rank"; where there is none, one is made when it is needed
    """

    def __init__(self, stack, targets=None):
        self.dtype = sample_type(stack)
        self.shape = tuple(int(size) for size in stack.shape)
        self.stack = stack
        self._targets = {part: target for part, target in (targets or {}).items() if target is not None}
        for part, target in self._targets.items():
            check_target(target, self.shape, "out" if part == "sparse" else "low_rank_out")
        #: Cleaned frames by part, of the last cleaning. Those at and behind `done` are what they were, or zero.
        self.results = {}
        #: Frames [first, done) are cleaned.
        self.first = 0
        self.done = 0
        self._end = 0
        self._run = None

    def answer(self, content, buffers):
        """The answer to a message as (content, buffers), or None for a message of somebody else. Never raises."""
        if not isinstance(content, dict) or content.get("slnet") != "request":
            return None
        answer = {"slnet": "answer", "id": content.get("id")}
        try:
            act = {"read": self._read, "begin": self._begin, "block": self._block}.get(content.get("type"))
            if act is None:
                raise ValueError(f"the page asked for {content.get('type')!r}, expected read, begin or block")
            return {**answer, "ok": True}, act(content, buffers or [])
        except ValueError as error:
            return {**answer, "ok": False, "message": f"Python: {error}"}, []
        except Exception as error:  # Whatever the array of a user raises; the person at the page is told.
            return {**answer, "ok": False, "message": f"Python: {type(error).__name__}: {error}"}, []

    def _read(self, content, _buffers):
        first, end = _range(content, self.shape[0])
        row, rows = self._rows(content)
        _, height, width = self.shape
        expected = (end - first, rows, width)
        if math.prod(expected) * np.dtype(self.dtype).itemsize > _LARGEST_ANSWER:
            raise ValueError(f"frames {first} to {end - 1} are too many at once, expected at most 8 MiB of them")
        whole = rows == height
        frames = np.asarray(self.stack[first:end] if whole else self.stack[first:end, row : row + rows])
        if frames.shape != expected:
            raise ValueError(f"stack gives {frames.shape} for frames {first} to {end - 1}, expected {expected}")
        # The page reads little-endian.
        wire = np.dtype(self.dtype).newbyteorder("<")
        return [memoryview(np.ascontiguousarray(frames, dtype=wire)).cast("B")]

    def _rows(self, content):
        height = self.shape[1]
        row, rows = content.get("row"), content.get("rows")
        if not (_is_count(row) and _is_count(rows) and rows > 0 and row + rows <= height):
            raise ValueError(f"the page names {rows!r} rows from row {row!r} on, expected some of {height}")
        return row, rows

    def _begin(self, content, _buffers):
        if tuple(content.get("shape") or ()) != self.shape:
            raise ValueError(f"the page cleans a stack of {content.get('shape')}, expected {list(self.shape)}")
        first, end = _range(content, self.shape[0])
        parts = content.get("parts")
        if not isinstance(parts, list) or not parts or any(part not in _PARTS for part in parts):
            raise ValueError(f"the page gives {parts!r}, expected some of {', '.join(_PARTS)}")
        results = {part: self._target(part) for part in parts}
        self.results, self.first, self.done, self._end = results, first, first, end
        self._run = str(content.get("run"))
        return []

    def _target(self, part):
        target = self._targets.get(part)
        return np.zeros(self.shape, np.float32) if target is None else target

    def _block(self, content, buffers):
        if self._run is None or content.get("run") != self._run:
            raise ValueError("another cleaning was started elsewhere, expected one at a time")
        part = content.get("part")
        if part not in self.results:
            raise ValueError(f"the page gives {part!r}, expected {' or '.join(self.results)}")
        first, end = _range(content, self._end)
        _, height, width = self.shape
        row, rows = self._rows(content)
        given = buffers[0] if len(buffers) == 1 else b""
        samples = np.frombuffer(given, np.uint8)
        expected = 4 * (end - first) * rows * width
        if samples.size != expected:
            raise ValueError(f"the page gave {samples.size} bytes for frames {first} to {end - 1}, expected {expected}")
        pixels = samples.view("<f4").reshape(end - first, rows, width)
        self.results[part][first:end, row : row + rows] = pixels
        # The last part of a block comes last, and its last row too.
        if part == list(self.results)[-1] and row + rows == height:
            self.done = max(self.done, end)
        return []


def _range(content, frames):
    first, end = content.get("from"), content.get("to")
    if not (_is_count(first) and _is_count(end) and first < end <= frames):
        raise ValueError(f"the page names frames from {first!r} up to {end!r}, expected some of {frames}")
    return first, end


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
