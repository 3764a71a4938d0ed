import { count, ratio, seconds } from "./numbers.mjs";

const titles = { node: "Node", chromium: "Chromium" };

/**
 * The figures to reach, each with what was measured.
 *
 * @returns {{what: string, where: string, wanted: string, measured: string, reached: boolean | null}[]} `reached` is
 *   `null` where nothing was measured
 */
export function targets(results) {
  const rows = [];
  const add = (what, where, wanted, measured, reached) => rows.push({ what, where, wanted, measured, reached });
  const platforms = Object.keys(titles).filter((key) => results[key]);

  for (const key of platforms) {
    const { engines } = results[key];
    const wanted = key === "node" ? 0.6 : 0.8;
    const own = engines.apply.filter(({ engine, output }) => engine === "wasm" && output === "float32");
    const text = own.map(({ side, ofMemcpy }) => `${ratio(ofMemcpy)} (${side}²)`).join(", ");
    const reached = own.every(({ ofMemcpy }) => ofMemcpy >= wanted);
    add("`apply` of `wasm`, uint16→float32, against memcpy of the same bytes", titles[key], `${wanted}`, text, reached);
  }
  for (const key of platforms) {
    const rivals = results[key].engines.apply.filter(
      ({ engine, output, failed }) => engine === "tfjs-wasm" && output === "float32" && !failed,
    );
    const text = rivals.map(({ side, wasmTimesFaster }) => `${ratio(wasmTimesFaster)}× (${side}²)`).join(", ");
    const reached = rivals.length === 0 ? null : rivals.every(({ wasmTimesFaster }) => wasmTimesFaster >= 30);
    add("`apply` of `wasm` against `tfjs-wasm`, uint16→float32", titles[key], "30×", text || "not measured", reached);
  }
  for (const key of platforms) {
    const { training } = results[key];
    const whole = `whole training, ${count(training.updates)} updates`;
    const [own] = training.engines;
    // Fewer updates say nothing about the time of all.
    const reached = results.quick ? null : own.seconds < 2;
    add(`${whole}, \`wasm\``, titles[key], "under 2 s", seconds(own.seconds), reached);
    const rival = training.engines.find(({ engine }) => engine === "tfjs-wasm");
    const times = rival?.wasmTimesFaster ?? null;
    add(
      `${whole}, \`wasm\` against \`tfjs-wasm\``,
      titles[key],
      "20×",
      times === null ? "not measured" : `${ratio(times)}×`,
      times === null ? null : times >= 20,
    );
  }
  if (results.node) {
    const { files } = results.node;
    add(
      "file → file, start-up included, against `cp`",
      "Node",
      "0.4",
      `${ratio(files.ofCopy)} (${ratio(files.ofCopyNet)} without start-up)`,
      files.ofCopy >= 0.4,
    );
    const peaks = [files.peakMegabytes, ...files.memory.map(({ peakMegabytes }) => peakMegabytes)];
    const known = peaks.every((peak) => peak !== null);
    const largest = Math.max(...peaks);
    const text = known ? `${count(largest)} MB at most` : "not measured";
    add("resident memory whatever the size", "Node", "under 400 MB", text, known ? largest < 400 : null);
  }
  if (results.chromium) {
    const { megabytesPerSecond } = results.chromium.files;
    const text = `${count(megabytesPerSecond)} MB/s`;
    add("file → file, MB of input", "Chromium", "300 MB/s", text, megabytesPerSecond >= 300);
  }
  for (const key of platforms) {
    for (const [what, [short, long]] of [
      ["running median alone", results[key].medianKernel],
      ["running median, file → file", results[key].files.median],
    ]) {
      const slower = short.framesPerSecond / long.framesPerSecond;
      const speed = `${count(short.framesPerSecond)} frames/s`;
      add(`${what}, window 50, 256²`, titles[key], "2,000 frames/s", speed, short.framesPerSecond >= 2000);
      add(`${what}, window 500`, titles[key], "at most 1.5× slower", `${ratio(slower)}×`, slower <= 1.5);
    }
  }
  for (const key of platforms) {
    const { phasor, mleFlatBackground } = results[key].localization;
    const where = titles[key];
    add("phasor fits on one thread", where, "50,000/s", `${count(phasor)}/s`, phasor >= 50_000);
    const text = `${count(mleFlatBackground)}/s`;
    add("maximum-likelihood fits on one thread", where, "5,000/s", text, mleFlatBackground >= 5000);
  }
  for (const key of platforms) {
    const { rows: speeds, ofCat, pages, openSeconds } = results[key].reading;
    for (const { what, megabytesPerSecond } of speeds) {
      const text = `${count(megabytesPerSecond)} MB/s`;
      if (what !== "uncompressed") {
        add(`reading TIFF, ${what}`, titles[key], "60 MB/s", text, megabytesPerSecond >= 60);
      } else if (ofCat === null) {
        add("reading TIFF, uncompressed", titles[key], "400 MB/s", text, megabytesPerSecond >= 400);
      } else {
        add("reading TIFF, uncompressed, against `cat`", titles[key], "0.5", `${ratio(ofCat)} (${text})`, ofCat >= 0.5);
      }
    }
    const opened = seconds(openSeconds);
    add(`opening ${count(pages)} pages`, titles[key], "under 0.3 s", opened, openSeconds < 0.3);
  }
  for (const key of platforms) {
    const { fourTimesTwo, fourTimesTwoNet } = results[key].files;
    const text = `${ratio(fourTimesTwo)} (${ratio(fourTimesTwoNet)} without start-up)`;
    add("time(4N)/time(2N), file → file", titles[key], "at most 2.1", text, fourTimesTwo <= 2.1);
  }
  if (results.chromium) {
    const { p50, p95 } = results.chromium.preview;
    const text = `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
    add("live preview of 512² while training, p95", "Chromium", "one display frame, 16.7 ms", text, p95 <= 1000 / 60);
  }
  for (const { kind, device, framesPerSecond } of results.chromium?.viewer.figures ?? []) {
    const what = kind === "webgl2" ? `WebGL2 (${device})` : "2D canvas";
    const text = `${ratio(framesPerSecond)} frames/s`;
    // A browser draws at most once a refresh, and its clock is no better than this.
    add(`scrubbing 2048² uint16, ${what}`, "Chromium", "60 frames/s", text, framesPerSecond >= 59);
  }
  return rows;
}
