import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { sparseOffset, type SparseOffset, type SparseOffsetFacts } from "../../src/core/sparse-offset.js";

const nothingKnown: SparseOffsetFacts = {
  type: "uint16",
  isSigned: false,
  cameraOffsetAdu: null,
  modelOffsetAdu: null,
};

function requireOffset(
  facts: Partial<SparseOffsetFacts>,
  offsetAdu: number,
  offsetFrom: SparseOffset["offsetFrom"],
): void {
  assert.deepEqual(sparseOffset({ ...nothingKnown, ...facts }), { offsetAdu, offsetFrom }, JSON.stringify(facts));
}

describe("the offset of saved sparse frames", () => {
  it("is that of the camera in 16 bits, as far as they hold it, then that of the model, then 0", () => {
    requireOffset({}, 0, "default");
    requireOffset({ cameraOffsetAdu: 90, modelOffsetAdu: 40 }, 90, "camera");
    requireOffset({ cameraOffsetAdu: 0, modelOffsetAdu: 40 }, 0, "camera");
    requireOffset({ cameraOffsetAdu: 65535 }, 65535, "camera");
    requireOffset({ cameraOffsetAdu: 65536 }, 0, "default");
    requireOffset({ cameraOffsetAdu: -3, modelOffsetAdu: 40 }, 40, "model");
    requireOffset({ type: "float32", cameraOffsetAdu: 90 }, 0, "default");
    requireOffset({ type: "float32", cameraOffsetAdu: 90, modelOffsetAdu: 40 }, 40, "model");
  });

  it("is never 0 in 16 bits where noise goes below 0, as after the masked mean", () => {
    requireOffset({ isSigned: true }, 100, "pedestal");
    requireOffset({ isSigned: true, cameraOffsetAdu: 0, modelOffsetAdu: 0 }, 100, "pedestal");
    requireOffset({ isSigned: true, cameraOffsetAdu: 0, modelOffsetAdu: 40 }, 40, "model");
    requireOffset({ isSigned: true, cameraOffsetAdu: 90 }, 90, "camera");
    requireOffset({ isSigned: true, type: "float32", cameraOffsetAdu: 90 }, 0, "default");
  });
});
