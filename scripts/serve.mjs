import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname, join, sep } from "node:path";
import { pipeline } from "node:stream";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
const otherType = "application/octet-stream";

/** Nothing leaves the origin. Of this slnet-web itself needs no `blob:`, see docs/embedding.md; some viewers do. */
const contentSecurityPolicy = [
  "default-src 'self'",
  // WebAssembly of the engines and readers; no eval.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self' data:",
  "img-src 'self' blob: data:",
  "style-src 'self'",
  "base-uri 'none'",
  "object-src 'none'",
].join("; ");

const headers = {
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-cache",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Cross-origin isolation: shared memory and finer timers. */
const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** For a server whose files are for pages of every origin. */
const sharingHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Cross-Origin-Resource-Policy": "cross-origin",
};

function headersFor({ isolated = true, shared = false, policy = contentSecurityPolicy }) {
  return {
    ...headers,
    ...(isolated && isolationHeaders),
    ...(shared && sharingHeaders),
    ...(policy !== null && { "Content-Security-Policy": policy }),
  };
}

/**
 * Serves the files of a folder to this machine, with the headers that the page needs.
 *
 * @param {string} folder
 * @param {number} port wanted; the next free one is taken where it is in use, any free one for 0
 * @param {{isolated?: boolean, shared?: boolean, policy?: string | null}} [options] whether the pages are cross-origin
 *   isolated (they are), whether pages of other origins may load the files (they may not), and the content security
 *   policy (`contentSecurityPolicy`; `null`: none)
 * @returns {Promise<{url: string, port: number, close: () => Promise<void>}>} `url` ends with a slash
 * @throws {Error} where the folder does not exist or none of the next 20 ports is free
 */
export async function serve(folder, port, options = {}) {
  const root = await realpath(folder);
  const sent = headersFor(options);
  const server = createServer((request, response) => {
    answer(root, sent, request, response).catch((error) => {
      console.error(`serve: ${request.url}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else refuse(response, sent, 500);
    });
  });
  const taken = await listen(server, port);
  return {
    url: `http://localhost:${taken}/`,
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server, port) {
  const last = port === 0 ? 0 : Math.min(port + 19, 65535);
  for (let candidate = port; candidate <= last; candidate++) {
    try {
      return await listenOn(server, candidate);
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
    }
  }
  throw new Error(`none of the ports ${port} to ${last} is free`);
}

function listenOn(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve(server.address().port);
    });
  });
}

async function answer(root, sent, request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return refuse(response, sent, 405);
  }
  const path = decodePath(request.url);
  if (path === null) return refuse(response, sent, 400);
  const wanted = join(root, path);
  if (!isWithin(root, wanted)) return refuse(response, sent, 403);

  const found = await stat(wanted).catch(() => null);
  if (found?.isDirectory() && !path.endsWith("/")) {
    response.setHeader("Location", `${encodeURIComponent(basename(path))}/`);
    return refuse(response, sent, 301);
  }
  const file = found?.isDirectory() ? join(wanted, "index.html") : wanted;
  // The real path, so that a link cannot lead out of the folder.
  const realFile = await realpath(file).catch(() => null);
  if (realFile === null) return refuse(response, sent, 404);
  if (!isWithin(root, realFile)) return refuse(response, sent, 403);
  const { size } = await stat(realFile);

  response.writeHead(200, {
    ...sent,
    "Content-Type": types[extname(file).toLowerCase()] ?? otherType,
    "Content-Length": size,
  });
  if (request.method === "HEAD") return response.end();
  // A page that goes away in the middle is no error; pipeline closes the file.
  pipeline(createReadStream(realFile), response, () => {});
}

/** The path of a request, decoded once; `null` where it is malformed. Not `URL`, which resolves `..` silently. */
function decodePath(url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    return path.startsWith("/") && !path.includes("\0") ? path : null;
  } catch {
    return null;
  }
}

function isWithin(root, path) {
  return path === root || path === root + sep || path.startsWith(root + sep);
}

function refuse(response, headers, status) {
  response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${status}\n`);
}
