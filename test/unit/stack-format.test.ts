import assert from "node:assert/strict";
import { test } from "node:test";

import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { formatOf, isOmeCompanion } from "../../src/worker/readers/stack-format.js";
import { refusal } from "./reading.js";

function format(name: string, text: string): Promise<string> {
  return formatOf(createBufferSource(name, new TextEncoder().encode(text)));
}

test("OME-XML is known by its root, whatever stands before it and the file is called", async () => {
  const root = '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">';
  for (const before of [
    "",
    '<?xml version="1.0"?>\n',
    `\ufeff<?xml version="1.0"?>`,
    "<!-- a warning of many words -->\n",
  ]) {
    assert.equal(await format("x.xml", `${before}${root}`), "ome", JSON.stringify(before));
  }
  assert.equal(await format("x.ome", `<ome:OME xmlns:ome="http://www.openmicroscopy.org/Schemas/OME/2016-06">`), "ome");
  await assert.rejects(format("x.companion.ome", "<html>"), refusal("bad-input", "not a stack that can be read"));
});

test("companion files are known by their names among others", () => {
  for (const name of ["a.companion.ome", "A b.Companion.OME", "a.companion.ome.xml"])
    assert.ok(isOmeCompanion(name), name);
  for (const name of [".a.companion.ome", "a.ome", "a.companion.ome.tif", "companion.ome.txt"]) {
    assert.ok(!isOmeCompanion(name), name);
  }
});

test("a file of Andor Solis is refused with what to do", async () => {
  const head = "Andor Technology Multi-Channel File\n65538 1\n65559 0 0 1 1254330082 -100 ";
  await assert.rejects(format("run.sif", head), refusal("unsupported", "Andor SIF", "export it as TIFF from Solis"));
});
