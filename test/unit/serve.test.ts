import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

interface RunningServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const serverModule = new URL("../../../scripts/serve.mjs", import.meta.url).href;
const { serve } = (await import(serverModule)) as {
  serve: (folder: string, port: number) => Promise<RunningServer>;
};

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe("the static server", () => {
  let parent: string;
  let folder: string;
  let server: RunningServer;

  before(async () => {
    parent = mkdtempSync(join(tmpdir(), "slnet-serve-"));
    folder = join(parent, "site");
    mkdirSync(join(folder, "assets"), { recursive: true });
    mkdirSync(join(parent, "site-private"));
    writeFileSync(join(parent, "secret.txt"), "secret");
    writeFileSync(join(parent, "site-private", "secret.txt"), "secret");
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>");
    writeFileSync(join(folder, "a b.txt"), "spaced");
    for (const ending of ["js", "mjs", "css", "json", "wasm", "svg", "png", "zst"]) {
      writeFileSync(join(folder, "assets", `file.${ending}`), ending);
    }
    server = await serve(folder, 0);
  });

  after(async () => {
    await server.close();
    rmSync(parent, { recursive: true });
  });

  /** Sends the path as it is; `fetch` would resolve the dots itself. */
  function ask(path: string, method = "GET"): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: server.port, path, method }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
      });
      sent.on("error", reject);
      sent.end();
    });
  }

  it("gives the page of a folder for an address that ends with a slash", async () => {
    const { status, headers, body } = await ask("/?from=test");
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.match(body, /<title>page<\/title>/);
  });

  it("leads from a folder without the slash to the one with it", async () => {
    const { status, headers } = await ask("/assets");
    assert.equal(status, 301);
    assert.equal(new URL(headers.location ?? "", `${server.url}assets`).pathname, "/assets/");
  });

  it("isolates the page and forbids foreign and inline scripts, also on errors", async () => {
    for (const path of ["/", "/missing.html"]) {
      const { headers } = await ask(path);
      assert.equal(headers["cross-origin-opener-policy"], "same-origin");
      assert.equal(headers["cross-origin-embedder-policy"], "require-corp");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["cache-control"], "no-cache");
      const policy = String(headers["content-security-policy"]).split("; ");
      assert.ok(policy.includes("default-src 'self'"));
      assert.ok(policy.includes("script-src 'self' 'wasm-unsafe-eval'"));
      assert.ok(policy.includes("style-src 'self'"));
      assert.doesNotMatch(policy.join(), /'unsafe-inline'|'unsafe-eval'|https?:/);
    }
  });

  const types = {
    js: "text/javascript; charset=utf-8",
    mjs: "text/javascript; charset=utf-8",
    css: "text/css; charset=utf-8",
    json: "application/json; charset=utf-8",
    wasm: "application/wasm",
    svg: "image/svg+xml",
    png: "image/png",
    zst: "application/octet-stream",
  };
  for (const [ending, type] of Object.entries(types)) {
    it(`serves .${ending} as ${type}`, async () => {
      const { status, headers, body } = await ask(`/assets/file.${ending}`);
      assert.deepEqual([status, headers["content-type"], body], [200, type, ending]);
    });
  }

  it("decodes an address once", async () => {
    assert.equal((await ask("/a%20b.txt")).body, "spaced");
    assert.equal((await ask("/a%2520b.txt")).status, 404);
  });

  it("gives nothing from outside the folder", async () => {
    const paths = [
      "/../secret.txt",
      "/assets/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/../site-private/secret.txt",
      "/assets/..%2f..%2fsecret.txt",
    ];
    for (const path of paths) {
      const { status, body } = await ask(path);
      assert.equal(status, 403, path);
      assert.doesNotMatch(body, /secret/);
    }
  });

  it("does not follow a link out of the folder", { skip: process.platform === "win32" }, async () => {
    symlinkSync(join(parent, "secret.txt"), join(folder, "link.txt"));
    const { status, body } = await ask("/link.txt");
    assert.equal(status, 403);
    assert.doesNotMatch(body, /secret/);
  });

  it("refuses a malformed address with 400 and goes on", async () => {
    for (const path of ["/%", "/%ff", "/a%00b", "http://other.example/"]) {
      assert.equal((await ask(path)).status, 400, path);
    }
    assert.equal((await ask("/")).status, 200);
  });

  it("answers 404 for a missing file and for a folder without a page", async () => {
    assert.equal((await ask("/missing.js")).status, 404);
    assert.equal((await ask("/assets/")).status, 404);
  });

  it("sends the headers alone for HEAD and refuses to be written to", async () => {
    const head = await ask("/a%20b.txt", "HEAD");
    assert.deepEqual([head.status, head.headers["content-length"], head.body], [200, "6", ""]);
    const post = await ask("/", "POST");
    assert.deepEqual([post.status, post.headers.allow], [405, "GET, HEAD"]);
  });

  it("takes the next port where the wanted one is in use", async () => {
    const second = await serve(folder, server.port);
    try {
      assert.ok(second.port > server.port && second.port < server.port + 20);
      assert.equal(second.url, `http://localhost:${second.port}/`);
    } finally {
      await second.close();
    }
  });

  it("says which folder is missing", async () => {
    await assert.rejects(serve(join(parent, "nowhere"), 0), /nowhere/);
  });
});
