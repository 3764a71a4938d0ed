import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { isSlnetError } from "../../src/core/errors.js";
import type { ByteSource } from "../../src/core/frames.js";
import { createRandom } from "../../src/core/random.js";
import { localNameOf, parseStackOperand } from "../../src/cli/stack-operand.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { folderOfUrl, openUrlFolder } from "../../src/worker/readers/url-folder.js";
import { openUrl } from "../../src/worker/readers/url-source.js";
import { buildTiff, rampPage } from "./tiff-builder.js";
import { withServer, type TestServer } from "./url-server.js";
import { imageVersion2, imageVersion3 } from "./zarr-builder.js";

const large = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);

function open(server: TestServer, path = "/large.bin"): Promise<ByteSource> {
  return openUrl(new URL(path, server.origin));
}

function refusal(...texts: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(isSlnetError(error, "bad-input"), String(error));
    for (const text of texts) assert.ok(error.message.includes(text), `"${error.message}" does not say "${text}"`);
    return true;
  };
}

async function assertRange(source: ByteSource, offset: number, length: number): Promise<void> {
  const expected = large.subarray(offset, offset + length);
  const label = `${length} bytes at ${offset}`;
  assert.deepEqual(Buffer.from(await source.read(offset, length)), Buffer.from(expected), label);
  const out = new Uint8Array(length);
  assert.equal(await source.readInto(offset, out), expected.length, label);
  assert.deepEqual(Buffer.from(out.subarray(0, expected.length)), Buffer.from(expected), label);
}

const files = new Map([["/large.bin", large]]);

for (const [label, ranges, contentRange] of [
  ["that answers ranges", true, true],
  ["that answers ranges, their place hidden as from a page of another origin", true, false],
  ["without ranges", false, true],
] as const) {
  test(`any bytes are read from a server ${label}`, () =>
    withServer({ files, ranges, contentRange }, async (server) => {
      const source = await open(server);
      assert.equal(source.size, large.length);
      assert.equal(source.name, "large.bin");
      const random = createRandom(4, "ranges");
      for (let i = 0; i < 60; i++) {
        const offset = random.integer(large.length + 1000);
        await assertRange(source, offset, random.integer(i % 3 === 0 ? 1_500_000 : 5000));
      }
      await assertRange(source, 0, 0);
      await assertRange(source, large.length, 10);
      await source.close();
    }));
}

test("many small reads cost few requests, also where they are made at once", () =>
  withServer({ files }, async (server) => {
    const source = await open(server);
    assert.equal(server.requests.length, 1);
    for (let offset = 0; offset < 3_000_000; offset += 1000) await source.read(offset, 100);
    assert.ok(server.requests.length <= 8, `${server.requests.length} requests in order`);
    const before = server.requests.length;
    const spots = Array.from({ length: 64 }, (_, i) => 1_000_000 + 16_000 * i);
    const fresh = await open(server);
    const found = await Promise.all(spots.map((offset) => fresh.read(offset, 1024)));
    found.forEach((bytes, i) => assert.deepEqual(bytes, large.slice(spots[i], (spots[i] ?? 0) + 1024)));
    assert.ok(server.requests.length - before <= 18, `${server.requests.length - before} requests at once`);
  }));

test("a file that changes while it is read is noticed by its ETag, its size or its absence", async () => {
  const changes: readonly ((server: TestServer) => void)[] = [
    (server) => (server.etag = '"2"'),
    (server) => (server.files = new Map([["/large.bin", large.subarray(0, 2_000_000)]])),
    (server) => (server.files = new Map([["/large.bin", large.subarray(0, 2000)]])),
    (server) => (server.files = new Map()),
  ];
  for (const change of changes) {
    await withServer({ files }, async (server) => {
      const source = await open(server);
      change(server);
      await assert.rejects(source.read(1_500_000, 100), refusal(server.origin, "was changed or removed"));
      await assert.rejects(source.read(1_000_000, 900_000), refusal("was changed or removed"));
    });
  }
});

test("a connection that breaks is tried again, and given up when it stays broken", () =>
  withServer({ files }, async (server) => {
    const source = await open(server);
    let broken = 1;
    server.before = (_, response) => {
      if (broken-- <= 0) return false;
      response.writeHead(206, { "Content-Length": 65536, "Content-Range": `bytes 1966080-2031615/${large.length}` });
      response.write(large.subarray(0, 1000), () => response.destroy());
      return true;
    };
    await assertRange(source, 2_000_000, 100);
    broken = Infinity;
    await assert.rejects(source.read(700_000, 100), refusal(`${server.origin}/large.bin`));
  }));

test("an answer with other bytes than those asked for is refused", async () => {
  const answers: readonly (readonly [number, Record<string, string>, number, string])[] = [
    [206, { "Content-Range": "bytes 0-65535/3000000" }, 65_536, '"bytes 0-65535/3000000"'],
    [206, { "Content-Range": "bytes 1966080-2031615/3000000" }, 70_000, "sent more of the 65536 bytes"],
    [206, { "Content-Range": "bytes 1966080-2031615/3000000" }, 60_000, "sent 60000 of the 65536 bytes"],
    [200, {}, 65_536, "sent the whole file"],
    [503, {}, 10, "answered 503"],
  ];
  for (const [status, headers, length, text] of answers) {
    await withServer({ files }, async (server) => {
      const source = await open(server);
      server.before = (_, response) => {
        response.writeHead(status, headers).end(new Uint8Array(length));
        return true;
      };
      await assert.rejects(source.read(2_000_000, 100), refusal(text));
    });
  }
});

test("a large file on a server without ranges is refused by its size, and by what comes where it states none", async () => {
  await withServer({ ranges: false }, async (server) => {
    server.before = (_, response) => {
      response.writeHead(200, { "Content-Length": 5e9 }).write("II*");
      return true;
    };
    await assert.rejects(
      open(server),
      (error) => isSlnetError(error, "unsupported") && /4769 MB.*256 MB/.test(error.message),
    );
    const packed = gzipSync(new Uint8Array(300 * 1024 * 1024), { level: 1 });
    server.before = (_, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(packed);
      return true;
    };
    const before = process.memoryUsage.rss();
    await assert.rejects(
      open(server),
      (error) => isSlnetError(error, "unsupported") && /more than 256 MB/.test(error.message),
    );
    assert.ok(process.memoryUsage.rss() - before < 400e6);
    server.before = (_, response) => {
      response.writeHead(200, { "Content-Length": 1000 });
      response.write(new Uint8Array(500), () => response.destroy());
      return true;
    };
    await assert.rejects(open(server), refusal(server.origin));
  });
});

test("errors name the address, without what follows the question mark", () =>
  withServer({}, async (server) => {
    await assert.rejects(open(server, "/none.tif?key=secret"), (error) => {
      refusal(`${server.origin}/none.tif: the server answered 404 Not Found`)(error);
      assert.doesNotMatch((error as Error).message, /secret/);
      return true;
    });
    await assert.rejects(
      openUrl(new URL("http://127.0.0.1:9/a.tif")),
      refusal("http://127.0.0.1:9/a.tif could not be fetched"),
    );
    for (const url of [
      "ftp://example.org/a.tif",
      "file:///etc/passwd",
      "http://",
      "https://user:pass@example.org/a.tif",
    ]) {
      await assert.rejects(openInput(url), (error) => isSlnetError(error, "bad-input"), url);
    }
  }));

test("an empty file has no bytes", () =>
  withServer({ files: new Map([["/empty", new Uint8Array(0)]]) }, async (server) => {
    assert.equal((await open(server, "/empty")).size, 0);
    await assert.rejects(openInput(`${server.origin}/empty`), refusal("empty"));
  }));

test("closing ends the reads under way", () =>
  withServer({ files }, async (server) => {
    const source = await open(server);
    server.before = () => true;
    const reading = source.read(1_500_000, 100);
    setTimeout(() => void source.close(), 50);
    await assert.rejects(reading, refusal("was closed while it was read"));
  }));

test("a folder opens what is beside a file and below it, under any name", () =>
  withServer({}, async (server) => {
    server.files = new Map([
      ["/data/a b#1.inf", large.subarray(0, 10)],
      ["/data/sub/ü?.tif", large.subarray(0, 20)],
    ]);
    const beside = folderOfUrl(new URL("/data/stack.dax?key=1", server.origin));
    assert.deepEqual(await beside.list(), []);
    assert.equal((await beside.open("a b#1.inf"))?.size, 10);
    assert.equal((await beside.open("sub/ü?.tif"))?.size, 20);
    assert.match(server.requests.at(-1)?.path ?? "", /\?key=1$/);
    assert.equal(await beside.open("none"), null);
    const count = server.requests.length;
    for (const path of ["../a", "", "a//b", "./a"]) assert.equal(await beside.open(path), null);
    assert.equal(server.requests.length, count);
    // Stores say 403 for what is not there; for a chunk that would be an array of zeros.
    server.before = (_, response) => {
      response.writeHead(403).end();
      return true;
    };
    const zarr = openUrlFolder(new URL("/data/x.zarr", server.origin));
    assert.equal(await zarr.open("zarr.json"), null);
    for (const chunk of ["0/c/0/1/2", "0/3/0/0", "0.1.2", "c/0.1"]) {
      await assert.rejects(zarr.open(chunk), refusal("answered 403"), chunk);
    }
  }));

function openInput(url: string): ReturnType<typeof openStack> {
  return openStack({ type: "url", url }, {}, null, nodePlatform, nodePlatform.defaultAssetsUrl);
}

const tiff = buildTiff({ littleEndian: true, pages: [rampPage(5, 4, 0), rampPage(5, 4, 20)] });
const axes = ["t", "y", "x"];

test("TIFF and OME-Zarr of both versions open by their address", () =>
  withServer({}, async (server) => {
    server.files.set("/stack.tif", tiff);
    const image = { shape: [3, 4, 5], chunkShape: [2, 4, 5], dtype: "uint16" as const, values: (i: number) => i };
    for (const [path, bytes] of imageVersion2([3, 4, 5], { axes })) server.files.set(`/two.zarr/${path}`, bytes);
    for (const [path, bytes] of await imageVersion3(image, { axes })) server.files.set(`/three/${path}`, bytes);
    for (const [path, frames] of [
      ["/stack.tif", 2],
      ["/two.zarr", 3],
      ["/two.zarr/", 3],
      ["/three/", 3],
      ["/three", 3],
      ["/three/zarr.json", 3],
    ] as const) {
      const stack = await openInput(server.origin + path);
      assert.equal(stack.description.shape.frames, frames, path);
      const out = new Uint16Array(frames * 20);
      await stack.readFrames(0, frames, out);
      assert.deepEqual([...out], [...out.keys()], path);
      await stack.close();
    }
    await assert.rejects(openInput(`${server.origin}/none`), refusal("answered 404"));
    await assert.rejects(openInput(`${server.origin}/none.zarr`), refusal("is not a Zarr folder"));
    server.files.set("/login", new TextEncoder().encode("<!DOCTYPE html><title>Log in</title>"));
    await assert.rejects(openInput(`${server.origin}/login`), refusal("is a web page"));
  }));

test("the command line takes an address as a stack and names outputs after its last part", () =>
  withServer({ files: new Map([["/data/my stack.tif", tiff]]) }, async (server) => {
    assert.deepEqual(parseStackOperand("HTTPS://example.org/a.tif"), { type: "url", url: "HTTPS://example.org/a.tif" });
    assert.equal(parseStackOperand("http.tif").type, "path");
    assert.equal(localNameOf("https://example.org/x/my%20stack.tif?key=1"), "my stack.tif");
    assert.equal(localNameOf("https://example.org/"), "example.org");
    assert.equal(localNameOf("folder/a.tif"), "folder/a.tif");
    const script = new URL("../../../dist/cli/slnet.js", import.meta.url);
    const args = [script.pathname, "info", `${server.origin}/data/my%20stack.tif`, "--json", "--stats"];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const info = JSON.parse(stdout) as { frames: number; firstFrame: { sum: number } };
    assert.equal(info.frames, 2);
    assert.equal(info.firstFrame.sum, 190);
  }));
