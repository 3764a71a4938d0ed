import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
}

/** How a test server answers; every property may be changed while it runs. */
export interface ServerBehaviour {
  files: Map<string, Uint8Array>;
  ranges: boolean;
  /** `null`: none is sent. */
  etag: string | null;
  /** Whether `Content-Range` is sent; a page of another origin may not see it. */
  contentRange: boolean;
  /** Answers in its own way; `true` where it did. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface TestServer extends ServerBehaviour {
  readonly origin: string;
  readonly requests: SeenRequest[];
}

/** Runs `use` with a web server on this machine. */
export async function withServer(
  behaviour: Partial<ServerBehaviour>,
  use: (server: TestServer) => Promise<void>,
): Promise<void> {
  const state: ServerBehaviour = {
    files: new Map(),
    ranges: true,
    etag: '"1"',
    contentRange: true,
    before: () => false,
    ...behaviour,
  };
  const requests: SeenRequest[] = [];
  const http = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    requests.push({ method, path: url, range: headers.range });
    if (server.before(request, response)) return;
    answer(server, request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: TestServer = Object.assign(state, {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
  });
  try {
    await use(server);
  } finally {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
}

function answer(
  server: ServerBehaviour,
  { method, url = "", headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const bytes = server.files.get(decodeURIComponent(url.replace(/\?.*/, "")));
  if (!bytes) {
    response.writeHead(404).end("not here");
    return;
  }
  if (server.etag !== null) response.setHeader("ETag", server.etag);
  const range = server.ranges ? /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") : null;
  if (!range) {
    response.writeHead(200, { "Content-Length": bytes.length }).end(method === "HEAD" ? undefined : bytes);
    return;
  }
  const start = Number(range[1]);
  if (start >= bytes.length) {
    response.writeHead(416, { "Content-Range": `bytes */${bytes.length}` }).end();
    return;
  }
  const part = bytes.subarray(start, Number(range[2]) + 1);
  if (server.contentRange) {
    response.setHeader("Content-Range", `bytes ${start}-${start + part.length - 1}/${bytes.length}`);
  }
  response.writeHead(206, { "Content-Length": part.length }).end(part);
}
