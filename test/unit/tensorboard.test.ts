import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { crc32c } from "../../src/core/io/crc32.js";
import { bytesIn, parseMessage, textsIn } from "../../src/core/io/protobuf.js";
import { createEventFile, eventFileName } from "../../src/core/models/tensorboard.js";

describe("event files for TensorBoard", () => {
  it("have checksums by the Castagnoli polynomial, as RFC 3720, B.4 gives them", () => {
    assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  });

  it("begin with their version and hold numbers and pictures in framed events", async () => {
    const sink = createMemorySink();
    let seconds = 1000;
    const file = await createEventFile(sink, () => seconds++);
    await file.scalars(7, { "loss/training": 0.25, "loss/validation": 3 });
    const png = Uint8Array.of(1, 2, 3);
    await file.picture(300, "frame 0/raw", { png, width: 5, height: 4 });
    const events = eventsIn(sink.bytes());
    assert.equal(events.length, 3);
    assert.deepEqual(
      events.map((event) => doubleOf(bytesIn(event, 1)[0])),
      [1000, 1001, 1002],
    );
    assert.deepEqual(textsIn(events[0]!, 3), ["brain.Event:2"]);
    assert.deepEqual(
      events.map((event) => event.get(2)),
      [undefined, [7], [300]],
    );
    const summary = parseMessage(bytesIn(events[1]!, 5)[0]!, "summary");
    const values = bytesIn(summary, 1).map((value) => parseMessage(value, "value"));
    assert.deepEqual(
      values.map((value) => textsIn(value, 1)[0]),
      ["loss/training", "loss/validation"],
    );
    assert.deepEqual(
      values.map((value) => floatOf(bytesIn(value, 2)[0])),
      [0.25, 3],
    );
    const pictures = bytesIn(parseMessage(bytesIn(events[2]!, 5)[0]!, "summary"), 1);
    const [encoded] = bytesIn(parseMessage(pictures[0]!, "value"), 4);
    const picture = parseMessage(encoded!, "picture");
    assert.deepEqual(
      [1, 2, 3].map((field) => picture.get(field)?.[0]),
      [4, 5, 1],
    );
    assert.deepEqual(bytesIn(picture, 4), [png]);
  });

  it("are named as TensorBoard looks for them", () => {
    assert.match(eventFileName(1234.9), /^events\.out\.tfevents\.1234\./);
  });
});

/** The events of a file whose frames and checksums are right. */
function eventsIn(bytes: Uint8Array): ReturnType<typeof parseMessage>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isRight = (from: number, to: number): boolean => {
    const crc = crc32c(bytes.subarray(from, to));
    return view.getUint32(to, true) === (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  const events = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const start = at + 12;
    assert.ok(isRight(at, at + 8) && isRight(start, start + length), `the record at ${at}`);
    events.push(parseMessage(bytes.subarray(start, start + length), "event"));
    at = start + length + 4;
  }
  return events;
}

function doubleOf(bytes: Uint8Array | undefined): number | undefined {
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
}

function floatOf(bytes: Uint8Array | undefined): number | undefined {
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
}
