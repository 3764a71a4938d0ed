import { isSlnetError, SlnetError } from "../../core/errors.js";
import type { ByteSource } from "../../core/frames.js";
import { UrlBlocks } from "./url-blocks.js";
import { FinalFault, requestUrl, shownUrl, type UrlAnswer } from "./url-request.js";

/** A file of a server that answers no range requests is taken whole up to this size. */
const largestWhole = 256 * 1024 * 1024;

/** Reads of at least this size go past the cache. */
const directRead = 512 * 1024;

/** Most bytes of one request. */
const largestRequest = 64 * 1024 * 1024;

const smallestFirst = 64 * 1024;

/** A range that breaks off is asked for again after these times. */
const retryAfterMs = [200, 1000];

/** What tells one state of a file from another. */
interface FileState {
  readonly size: number;
  /** ETag, or else the time of its last change; `null` where the server says neither, or does not let the page see it. */
  readonly validator: string | null;
}

/** A status that is no file. */
export class UrlStatus extends Error {
  constructor(readonly status: number) {
    super(`HTTP status ${status}`);
  }
}

/**
 * Opens a file on a web server. It is read in ranges, small ones through a cache of 8 MiB.
 *
 * @param firstBytes - how much the first request takes at once; what it brought is kept while the file is open
 * @throws {@link SlnetError} `bad-input` naming the address where it cannot be fetched, with a {@link UrlStatus} as its
 *   cause where the server says so; `unsupported` for a file of more than 256 MB on a server that answers no ranges
 */
export async function openUrl(url: URL, firstBytes = 256 * 1024): Promise<ByteSource> {
  const controller = new AbortController();
  const { signal } = controller;
  const wanted = Math.max(smallestFirst, Math.min(firstBytes, largestRequest));
  const answer = await requestUrl(url, { range: `bytes=0-${wanted - 1}`, signal });
  const range = contentRange(answer);
  if (answer.status === 416 && range?.total === 0) {
    answer.cancel();
    return sourceOf(url, 0, () => Promise.resolve(), controller);
  }
  if (answer.status === 200) {
    const pieces = await readWhole(url, answer);
    return sourceOf(
      url,
      pieces.size,
      (offset, out) => {
        pieces.copyTo(offset, out);
        return Promise.resolve();
      },
      controller,
    );
  }
  if (answer.status !== 206) {
    answer.cancel();
    throw statusError(url, answer);
  }
  let state: FileState;
  let head: Uint8Array;
  try {
    const size = range ? range.total : await sizeByHead(url, signal);
    if (size === null || (range !== null && range.start !== 0)) throw wrongRange(url, 0, answer);
    state = { size, validator: validatorOf(answer) };
    head = await readBody(url, answer, 0, Math.min(wanted, size));
  } catch (error) {
    answer.cancel();
    throw error;
  }
  const { size } = state;
  const fetchBytes = (start: number, end: number): Promise<Uint8Array> => fetchRange(url, start, end, state, signal);
  const blocks = new UrlBlocks(size, fetchBytes);
  return sourceOf(
    url,
    size,
    async (offset, out) => {
      const known = head.subarray(offset, offset + out.length);
      out.set(known);
      const rest = out.subarray(known.length);
      let at = offset + known.length;
      if (rest.length === 0) return;
      if (rest.length < directRead) {
        await blocks.readInto(at, rest);
        return;
      }
      for (let done = 0; done < rest.length; at = offset + known.length + done) {
        const part = await fetchBytes(at, Math.min(at + largestRequest, offset + out.length));
        rest.set(part, done);
        done += part.length;
      }
    },
    controller,
  );
}

/** @param fill - fills `out`, which lies inside the file and holds at least one byte */
function sourceOf(
  url: URL,
  size: number,
  fill: (offset: number, out: Uint8Array) => Promise<void>,
  controller: AbortController,
): ByteSource {
  const name = nameOf(url);
  const within = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  const readInto: ByteSource["readInto"] = async (offset, out) => {
    const length = within(offset, out.length);
    if (length > 0) await fill(offset, out.subarray(0, length));
    return length;
  };
  return {
    name,
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(within(offset, length));
      await readInto(offset, bytes);
      return bytes;
    },
    readInto,
    close() {
      controller.abort(new SlnetError("bad-input", `${name} was closed while it was read`));
      return Promise.resolve();
    },
  };
}

/** The last part of an address, as a name for people. */
export function nameOf(url: URL): string {
  const last = url.pathname.split("/").findLast((part) => part !== "");
  if (last === undefined) return url.host;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Bytes `[start, end)` of a file in a known state; asked for again where the connection breaks. */
async function fetchRange(
  url: URL,
  start: number,
  end: number,
  state: FileState,
  signal: AbortSignal,
): Promise<Uint8Array> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await fetchRangeOnce(url, start, end, state, signal);
    } catch (error) {
      const isFinal = attempt >= retryAfterMs.length || (isSlnetError(error) && error.cause instanceof FinalFault);
      if (signal.aborted || isFinal) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs[attempt]));
    }
  }
}

async function fetchRangeOnce(
  url: URL,
  start: number,
  end: number,
  { size, validator }: FileState,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const answer = await requestUrl(url, { range: `bytes=${start}-${end - 1}`, signal });
  try {
    const range = contentRange(answer);
    const found = validatorOf(answer);
    const hasOtherSize = range !== null && range.total !== null && range.total !== size;
    const hasChanged =
      hasOtherSize || answer.status === 416 || (found !== null && validator !== null && found !== validator);
    if (hasChanged || answer.status === 404) {
      throw new SlnetError(
        "bad-input",
        `${shownUrl(url)} was changed or removed on the server while it was read; open it again`,
        { cause: new FinalFault() },
      );
    }
    if (answer.status === 200) {
      throw new SlnetError(
        "bad-input",
        `${shownUrl(url)}: the server sent the whole file instead of bytes ${start} to ${end}, though it answered ranges before`,
        { cause: new FinalFault() },
      );
    }
    if (answer.status !== 206) throw statusError(url, answer);
    if (range !== null && range.start !== start) throw wrongRange(url, start, answer);
    return await readBody(url, answer, start, end);
  } catch (error) {
    answer.cancel();
    throw error;
  }
}

/** @throws {@link SlnetError} `bad-input` where the body is not exactly the bytes `[start, end)` */
async function readBody(url: URL, answer: UrlAnswer, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  for (let piece = await answer.read(); piece; piece = await answer.read()) {
    if (filled + piece.length > bytes.length) {
      filled += piece.length;
      break;
    }
    bytes.set(piece, filled);
    filled += piece.length;
  }
  if (filled === bytes.length) return bytes;
  throw new SlnetError(
    "bad-input",
    `${shownUrl(url)}: the server sent ${filled > bytes.length ? "more" : filled} of the ${bytes.length} bytes from ${start}; ` +
      "the connection broke off or the file changed",
  );
}

/** The only way to learn the size where a page of another origin may not see `Content-Range`. */
async function sizeByHead(url: URL, signal: AbortSignal): Promise<number | null> {
  const answer = await requestUrl(url, { method: "HEAD", signal });
  answer.cancel();
  if (answer.status !== 200 || answer.header("content-encoding") !== null) return null;
  return wholeNumber(answer.header("content-length"));
}

interface ContentRange {
  readonly start: number | null;
  readonly total: number | null;
}

/** RFC 9110 section 14.4: `bytes 0-499/1234`, or `bytes *` + `/1234` with status 416. */
function contentRange(answer: UrlAnswer): ContentRange | null {
  const text = answer.header("content-range");
  if (text === null) return null;
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(text.trim());
  return { start: wholeNumber(match?.[1]), total: wholeNumber(match?.[2]) };
}

function wholeNumber(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^\d+$/.test(text)) return null;
  return Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

function validatorOf(answer: UrlAnswer): string | null {
  return answer.header("etag") ?? answer.header("last-modified");
}

function statusError(url: URL, { status, statusText }: UrlAnswer): SlnetError {
  const text = statusText === "" ? "" : ` ${statusText.slice(0, 100)}`;
  return new SlnetError("bad-input", `${shownUrl(url)}: the server answered ${status}${text}, expected the file`, {
    cause: new UrlStatus(status),
  });
}

function wrongRange(url: URL, start: number, answer: UrlAnswer): SlnetError {
  const said = answer.header("content-range");
  return new SlnetError(
    "bad-input",
    `${shownUrl(url)}: the server answered a request for bytes from ${start} with ${said === null ? "a range of a file whose size it does not say" : `"${said.slice(0, 100)}"`}`,
  );
}

/** A body in pieces of one size, so that it never has to be in memory twice. */
interface Pieces {
  readonly size: number;
  copyTo(offset: number, out: Uint8Array): void;
}

const pieceBytes = 1024 * 1024;

async function readWhole(url: URL, answer: UrlAnswer): Promise<Pieces> {
  const stated = wholeNumber(answer.header("content-length"));
  const tooLarge = (size: string): SlnetError => {
    answer.cancel();
    return new SlnetError(
      "unsupported",
      `${shownUrl(url)} has ${size} and its server does not answer range requests, without which ` +
        `at most ${largestWhole / 1024 / 1024} MB are read; download the file and open it from the disk`,
    );
  };
  if (stated !== null && stated > largestWhole) throw tooLarge(`${Math.ceil(stated / 1024 / 1024)} MB`);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let part = await answer.read(); part; part = await answer.read()) {
    if (size + part.length > largestWhole) throw tooLarge(`more than ${largestWhole / 1024 / 1024} MB`);
    for (let done = 0; done < part.length;) {
      const within = size % pieceBytes;
      if (within === 0) pieces.push(new Uint8Array(pieceBytes));
      const taken = part.subarray(done, done + pieceBytes - within);
      pieces[pieces.length - 1].set(taken, within);
      done += taken.length;
      size += taken.length;
    }
  }
  // The length is that of the encoded body where there is an encoding.
  if (stated !== null && stated !== size && answer.header("content-encoding") === null) {
    throw new SlnetError(
      "bad-input",
      `${shownUrl(url)}: the connection broke off after ${size} of ${stated} bytes; open it again`,
    );
  }
  return {
    size,
    copyTo(offset, out) {
      for (let done = 0; done < out.length;) {
        const at = offset + done;
        const within = at % pieceBytes;
        const part = pieces[Math.floor(at / pieceBytes)].subarray(within, within + out.length - done);
        out.set(part, done);
        done += part.length;
      }
    },
  };
}
