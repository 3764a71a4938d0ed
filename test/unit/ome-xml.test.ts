import assert from "node:assert/strict";
import { test } from "node:test";

import { isSlnetError } from "../../src/core/errors.js";
import { locatePlanes, noFile, type OmeDocument } from "../../src/core/io/ome-image.js";
import { readOmeXml } from "../../src/core/io/ome-xml.js";
import { readXml } from "../../src/worker/readers/xml.js";

/** The text in pieces of some characters, as a file gives it. */
async function* piecesOf(text: string, length = 7): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) {
    await Promise.resolve();
    yield text.slice(at, at + length);
  }
}

async function read(text: string, length?: number): Promise<OmeDocument> {
  const { document, failure } = await readOmeXml(piecesOf(text, length), readXml);
  assert.equal(failure, null);
  return document;
}

async function failureOf(text: string): Promise<string> {
  const { failure } = await readOmeXml(piecesOf(text, 1 << 16), readXml);
  assert.ok(isSlnetError(failure, "bad-input"), `${String(failure)} is no SlnetError`);
  return failure.message;
}

const head =
  '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:a">';

function image(pixels: string, inside = "<TiffData/>", name = "cells"): string {
  return `<Image ID="Image:0" Name="${name}"><Pixels ID="Pixels:0" Type="uint16" SizeX="4" SizeY="3" ${pixels}>${inside}</Pixels></Image>`;
}

test("sizes, order, channel names, pixel size and times are read", async () => {
  const { images, uuid } = await read(
    head +
      image(
        'DimensionOrder="XYZCT" SizeC="2" SizeZ="3" SizeT="5" PhysicalSizeX="108" PhysicalSizeXUnit="nm" TimeIncrement="20" TimeIncrementUnit="ms"',
        '<Channel Name="GFP &amp; more" SamplesPerPixel="1"/><Channel Name="&#956;Ruby"/><TiffData/>',
      ) +
      "</OME>",
  );
  assert.equal(uuid, "urn:uuid:a");
  assert.equal(images.length, 1);
  const [first] = images;
  assert.ok(first);
  assert.deepEqual(first.axes, { channel: 2, slice: 3, time: 5, channelNames: ["GFP & more", "\u03bcRuby"] });
  assert.deepEqual(first.order, ["slice", "channel", "time"]);
  assert.equal(first.label, "cells");
  assert.ok(Math.abs((first.pixelSizeNm ?? 0) - 108) < 1e-9);
  assert.ok(Math.abs((first.frameIntervalSeconds ?? 0) - 0.02) < 1e-12);
});

test("without a unit a pixel size is in micrometres and a time in seconds", async () => {
  const { images } = await read(
    head + image('SizeC="1" SizeZ="1" SizeT="5" PhysicalSizeX="0.1" TimeIncrement="0.5"') + "</OME>",
  );
  assert.equal(images[0]?.pixelSizeNm, 100);
  assert.equal(images[0]?.frameIntervalSeconds, 0.5);
});

test("the interval comes from the times of the planes, the exposure from those that agree", async () => {
  const plane = (c: number, t: number, delta: number, exposure: number) =>
    `<Plane TheC="${c}" TheZ="0" TheT="${t}" DeltaT="${delta}" DeltaTUnit="ms" ExposureTime="${exposure}" ExposureTimeUnit="ms"/>`;
  const planes = [plane(0, 0, 5, 30), plane(1, 0, 900, 30), plane(0, 1, 38, 30), plane(0, 4, 137, 30.1)].join("");
  const sizes = 'SizeC="2" SizeZ="1" SizeT="5"';
  const [agreeing] = (await read(head + image(sizes, planes) + "</OME>")).images;
  assert.ok(Math.abs((agreeing?.frameIntervalSeconds ?? 0) - 0.033) < 1e-12);
  assert.ok(Math.abs((agreeing?.exposureSeconds ?? 0) - 0.0301) < 1e-12);
  const [differing] = (await read(head + image(sizes, planes + plane(1, 4, 1000, 60)) + "</OME>")).images;
  assert.equal(differing?.exposureSeconds, null);
});

test("the offset of the only camera is believed, that of several or of a photomultiplier is not", async () => {
  const detectors = (...types: string[]) =>
    `<Instrument>${types.map((type, i) => `<Detector ID="Detector:${i}" Type="${type}" Offset="${100 + i}"/>`).join("")}</Instrument>`;
  const rest = image('SizeC="1" SizeZ="1" SizeT="1"') + "</OME>";
  assert.equal((await read(head + detectors("EMCCD") + rest)).cameraOffsetAdu, 100);
  assert.equal((await read(head + detectors("EMCCD", "CMOS") + rest)).cameraOffsetAdu, null);
  assert.equal((await read(head + detectors("PMT") + rest)).cameraOffsetAdu, null);
});

test("planes are where the elements place them, in the order of the dimensions, and in other files", async () => {
  const document = await read(
    head +
      image(
        'DimensionOrder="XYCZT" SizeC="2" SizeZ="1" SizeT="3"',
        '<TiffData IFD="4" FirstC="1" FirstT="1" PlaneCount="2"><UUID FileName="b.ome.tif">urn:uuid:b</UUID></TiffData>' +
          '<TiffData IFD="9" FirstC="0"/><TiffData IFD="7" FirstC="0" FirstT="1"><UUID FileName="b.ome.tif">urn:uuid:b</UUID></TiffData>',
      ) +
      "</OME>",
    3,
  );
  assert.deepEqual(document.files, [{ name: "b.ome.tif", uuid: "urn:uuid:b" }]);
  const { fileOf, pageOf } = locatePlanes("a.tif", document.images[0]!);
  // Planes in order: c0t0 c1t0 c0t1 c1t1 c0t2 c1t2.
  assert.deepEqual([...fileOf], [-1, noFile, 0, 0, 0, noFile]);
  assert.deepEqual(
    [...pageOf].filter((_, plane) => fileOf[plane] !== noFile),
    [9, 7, 4, 5],
  );
});

test("prefixes, comments, CDATA and unknown elements do not matter", async () => {
  const { images } = await read(
    `<ome:OME xmlns:ome="x"><!-- by hand --><ome:StructuredAnnotations><ome:Value><![CDATA[<Image ID="no"/>]]></ome:Value></ome:StructuredAnnotations>` +
      '<ome:Image ID="Image:7"><ome:Pixels SizeC="1" SizeZ="1" SizeT="9"><ome:TiffData/></ome:Pixels></ome:Image></ome:OME>',
  );
  assert.equal(images.length, 1);
  assert.equal(images[0]?.label, "Image:7");
  assert.equal(images[0]?.axes.time, 9);
});

test("a document type and entities of its own are refused, before they could grow", async () => {
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' +
    '<OME><Image Name="&b;"/></OME>';
  assert.match(await failureOf(bomb), /declares a document type/);
  assert.match(await failureOf('<OME><Image Name="&b;"/></OME>'), /undefined entity/i);
});

test("nesting without end, an end in the middle and other broken texts are told in one sentence", async () => {
  assert.match(await failureOf("<OME>" + "<a>".repeat(200_000)), /nested more than 100 deep/);
  assert.match(await failureOf(head + image('SizeC="1" SizeZ="1" SizeT="1"')), /broken/);
  assert.match(await failureOf("<OME><Image></OME>"), /broken/);
  assert.match(await failureOf("<OME>" + "<Image/>".repeat(10_001) + "</OME>"), /more than 10000 images/);
  assert.match(await failureOf(head + image('SizeC="1" SizeZ="1" SizeT="0"') + "</OME>"), /SizeT 0/);
});

test("sizes and counts that cannot be are refused without taking the memory or the time for them", async () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['SizeC="3000000" SizeZ="3000000" SizeT="3000000"', "<TiffData/>", /3000000 channels .* expected at most/],
    ['SizeC="1" SizeZ="1" SizeT="1e300"', "<TiffData/>", /expected at most/],
    ['SizeC="1" SizeZ="1" SizeT="10"', '<TiffData IFD="0" PlaneCount="11"/>', /places 11 planes where 10 are left/],
    ['SizeC="1" SizeZ="1" SizeT="10"', '<TiffData IFD="0" FirstT="10"/>', /places planes at time 10/],
    ['SizeC="1" SizeZ="1" SizeT="10"', '<TiffData IFD="0" FirstT="-1"/>', /places planes at time/],
    ['SizeC="1" SizeZ="1" SizeT="1000"', '<TiffData IFD="0" PlaneCount="1000"/>'.repeat(2000), /several times/],
  ];
  for (const [sizes, inside, message] of cases) {
    const document = await read(head + image(sizes, inside) + "</OME>", 1 << 16);
    assert.throws(
      () => locatePlanes("a.tif", document.images[0]!),
      (error) => isSlnetError(error, "bad-input") && message.test(error.message),
      sizes + inside.slice(0, 60),
    );
  }
});

test("40,000 planes, each in an element of its own, are read", async () => {
  const parts = Array.from(
    { length: 40_000 },
    (_, t) => `<TiffData IFD="${t}" FirstT="${t}"><UUID FileName="a.ome.tif">urn:uuid:a</UUID></TiffData>`,
  );
  const document = await read(head + image('SizeC="1" SizeZ="1" SizeT="40000"', parts.join("")) + "</OME>", 1 << 18);
  const { fileOf, pageOf } = locatePlanes("a.tif", document.images[0]!);
  assert.ok(fileOf.every((file) => file === 0));
  assert.ok(pageOf.every((page, t) => page === t));
});
