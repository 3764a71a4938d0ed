import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { pythonWith } from "./python.js";

const folder = fileURLToPath(new URL("../../../notebook", import.meta.url));

function run(python: string, script: string): unknown {
  const found = execFileSync(python, ["-c", `import json, sys\nsys.path.insert(0, sys.argv[1])\n${script}`, folder], {
    encoding: "utf8",
  });
  return JSON.parse(found);
}

const withNumpy = pythonWith("numpy");
const withWidget = pythonWith("numpy", "anywidget");
const noNumpy = withNumpy === undefined ? "NumPy for Python is not installed (Debian: python3-numpy)" : false;
const noWidget = withWidget === undefined ? "anywidget for Python is not installed (pip install anywidget)" : false;

const refusals = `
import numpy
from slnet_exchange import StackExchange

def refusal(stack, **targets):
    try:
        StackExchange(stack, targets)
        return None
    except ValueError as error:
        return str(error)

good = numpy.zeros((3, 4, 5), "uint16")
frozen = numpy.zeros((3, 4, 5), "float32")
frozen.flags.writeable = False
print(json.dumps([
    refusal([[1]]),
    refusal(numpy.zeros((4, 5))),
    refusal(numpy.zeros((3, 0, 5), "uint8")),
    refusal(numpy.zeros((3, 4, 5), "int64")),
    refusal(numpy.zeros((3, 4, 5), "complex64")),
    refusal(good, sparse=numpy.zeros((3, 4, 6), "float32")),
    refusal(good, sparse=numpy.zeros((3, 4, 5), "uint16")),
    refusal(good, low_rank=frozen),
    refusal(good, sparse=numpy.zeros((3, 4, 5), "float64")),
]))
`;

test(
  "the widget's Python refuses what is no stack, or no place for cleaned frames, in one sentence",
  { skip: noNumpy },
  () => {
    const convert = "expected uint8, uint16 or float32: convert it, for instance by stack.astype(numpy.float32)";
    assert.deepEqual(run(withNumpy!, refusals), [
      "stack is a list, expected an array of [frames, height, width]",
      "stack has shape (4, 5), expected [frames, height, width] with at least one pixel",
      "stack has shape (3, 0, 5), expected [frames, height, width] with at least one pixel",
      `stack has dtype int64, ${convert}`,
      `stack has dtype complex64, ${convert}`,
      "out has shape (3, 4, 6), expected that of the stack, (3, 4, 5)",
      "out has dtype uint16, expected float32 or float64",
      "low_rank_out cannot be written to, expected an array that can",
      null,
    ]);
  },
);

const memmaps = `
import numpy, os, tempfile
from slnet_exchange import StackExchange

def request(**content):
    return {"slnet": "request", "id": "1", **content}

with tempfile.TemporaryDirectory() as place:
    stack = numpy.lib.format.open_memmap(os.path.join(place, "stack.npy"), "w+", "uint16", (6, 2, 3))
    stack[:] = numpy.arange(36).reshape(6, 2, 3)
    out = numpy.lib.format.open_memmap(os.path.join(place, "out.npy"), "w+", "float32", (6, 2, 3))
    exchange = StackExchange(stack, {"sparse": out})
    answer, buffers = exchange.answer(request(type="read", row=0, rows=2, **{"from": 2, "to": 4}), [])
    read = numpy.frombuffer(buffers[0], "<u2").tolist()
    exchange.answer(request(type="begin", run="r", shape=[6, 2, 3], parts=["sparse"], **{"from": 0, "to": 6}), [])
    cleaned = numpy.full(12, 7, "<f4").tobytes()
    exchange.answer(request(type="block", run="r", part="sparse", row=0, rows=2, **{"from": 0, "to": 2}), [cleaned])
    out.flush()
    written = numpy.load(os.path.join(place, "out.npy"))
    print(json.dumps([answer, read, exchange.done, exchange.results["sparse"] is out,
                      written.sum(axis=(1, 2)).tolist(), exchange.answer({"kind": "another"}, [])]))
`;

test("the widget's Python reads from a memmap and fills one", { skip: noNumpy }, () => {
  assert.deepEqual(run(withNumpy!, memmaps), [
    { slnet: "answer", id: "1", ok: true },
    Array.from({ length: 12 }, (_, i) => 12 + i),
    2,
    true,
    [42, 42, 0, 0, 0, 0],
    null,
  ]);
});

const widget = `
import numpy
from slnet_widget import SlnetWidget

shown = SlnetWidget(numpy.zeros((3, 4, 5), "uint16"), name="beads", pixel_size_nm=100, configuration={"maxEpochs": 5})
state = {name: shown.get_state()[name] for name in ("shape", "dtype", "name", "metadata", "configuration", "revision")}
sent = []
shown.send = lambda content, buffers=None: sent.append([content["ok"], len(buffers or [])])
ask = {"slnet": "request", "id": "1"}
shown._handle_custom_msg({**ask, "type": "read", "from": 0, "to": 3, "row": 0, "rows": 4}, [])
shown._handle_custom_msg({**ask, "type": "begin", "run": "r", "shape": [3, 4, 5], "parts": ["sparse"], "from": 0, "to": 3}, [])
shown._handle_custom_msg(
    {**ask, "type": "block", "run": "r", "part": "sparse", "row": 0, "rows": 4, "from": 0, "to": 2},
    [memoryview(numpy.ones(40, "<f4")).cast("B")])
shown.model = {"format": "slnet-web-model"}
cleaned = [shown.cleaned_frames, float(shown.sparse.sum()), shown.low_rank is None, shown.model_record]
shown.stack = numpy.zeros((2, 4, 5), "uint8")
print(json.dumps([state, sent, cleaned, list(shown.shape), shown.dtype, shown.revision, "render" in str(shown._esm)]))
`;

test("the widget is one of anywidget's, with the traits that its page reads", { skip: noWidget }, () => {
  assert.deepEqual(run(withWidget!, widget), [
    {
      shape: [3, 4, 5],
      dtype: "uint16",
      name: "beads",
      metadata: { pixelSizeNm: 100 },
      configuration: { maxEpochs: 5 },
      revision: 0,
    },
    [
      [true, 1],
      [true, 0],
      [true, 0],
    ],
    [2, 40, true, '{"format": "slnet-web-model"}'],
    [2, 4, 5],
    "uint8",
    1,
    true,
  ]);
});
