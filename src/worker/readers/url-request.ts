import { errorMessage, SlnetError } from "../../core/errors.js";

/** A server that sends nothing for this long is given up. */
const silenceLimitMs = 30_000;

/** The cause of an error that asking again does not mend. */
export class FinalFault extends Error {}

/** An answer whose body is still to be read. */
export interface UrlAnswer {
  readonly status: number;
  readonly statusText: string;
  /** `null` also where the server lets a page of another origin not see it. */
  header(name: string): string | null;
  /**
   * Pieces of the body as they come, `null` at the end.
   *
   * @throws {@link SlnetError} `bad-input` where the connection breaks or falls silent
   */
  read(): Promise<Uint8Array | null>;
  /** Lets go of the connection; the rest of the body is not wanted. */
  cancel(): void;
}

/**
 * Checks an address that a person gave.
 *
 * @throws {@link SlnetError} `bad-input` for anything but http and https
 */
export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new SlnetError(
      "bad-input",
      `${text.slice(0, 200)} is not an address that can be opened, expected http or https`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new SlnetError("bad-input", `the address on ${url.host} holds a user name or password, which cannot be sent`);
  }
  url.hash = "";
  return url;
}

/** An address as it may be shown: what follows the question mark is often a key. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/**
 * Asks a web server. Redirects are followed as `fetch` does.
 *
 * @throws {@link SlnetError} `bad-input` where no answer comes; any status is an answer
 */
export async function requestUrl(
  url: URL,
  { method = "GET", range, signal }: { method?: "GET" | "HEAD"; range?: string; signal?: AbortSignal },
): Promise<UrlAnswer> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", stop, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSilent = false;
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isSilent = true;
      controller.abort();
    }, silenceLimitMs);
  };
  const done = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  };
  const failed = (error: unknown): unknown => {
    done();
    if (signal?.aborted) return signal.reason;
    const why = isSilent ? `nothing came for ${silenceLimitMs / 1000} s` : reasonOf(error);
    return new SlnetError("bad-input", `${shownUrl(url)} could not be fetched: ${why}`, {
      cause: isSilent ? new FinalFault() : error,
    });
  };

  watch();
  let response: Response;
  try {
    // A range is allowed to pages of other origins without asking first; conditions such as If-Range are not. So whether
    // the file changed is seen from the answers, by whoever asks.
    response = await fetch(url, {
      method,
      ...(range !== undefined && { headers: { Range: range } }),
      signal: controller.signal,
    });
  } catch (error) {
    throw failed(error);
  }
  const body = response.body?.getReader();
  if (!body) done();
  return {
    status: response.status,
    statusText: response.statusText,
    header: (name) => response.headers.get(name),
    async read() {
      if (!body) return null;
      watch();
      try {
        const { done: isDone, value } = await body.read();
        if (!isDone) return value;
      } catch (error) {
        throw failed(error);
      } finally {
        clearTimeout(timer);
      }
      done();
      return null;
    },
    cancel() {
      done();
      controller.abort();
    },
  };
}

function reasonOf(error: unknown): string {
  // Node names the cause beneath "fetch failed"; a browser tells a page nothing.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  if (cause) return "code" in cause && cause.message === "" ? String(cause.code) : errorMessage(cause);
  return (
    `${errorMessage(error)}; the server cannot be reached, or does not let pages of other sites read from it (CORS), ` +
    "or the security policy of this page allows no other server; download the file and open it from your disk"
  );
}
