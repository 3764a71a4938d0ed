/** Bytes of one block. */
const blockBytes = 64 * 1024;

/** Blocks that are kept: 8 MiB. */
const mostBlocks = 128;

/** Most blocks that one request reads ahead: 1 MiB. */
const mostAhead = 16;

/** Fetches exactly the bytes `[start, end)`. */
export type FetchBytes = (start: number, end: number) => Promise<Uint8Array>;

/**
 * A bounded cache of a remote file, so that many small reads cost few requests. Neighbouring blocks that are missing come
 * with one request, and reads that go on where the last one ended are read ahead of, further each time.
 */
export class UrlBlocks {
  readonly #size: number;
  readonly #fetch: FetchBytes;
  /** In order of use, the oldest first. */
  readonly #blocks = new Map<number, Promise<Uint8Array>>();
  #nextBlock = 0;
  #ahead = 1;

  /** @param size - of the file, in bytes */
  constructor(size: number, fetchBytes: FetchBytes) {
    this.#size = size;
    this.#fetch = fetchBytes;
  }

  /** Fills `out`, which the caller has cut to the file and which is at most 1 MiB. */
  async readInto(offset: number, out: Uint8Array): Promise<void> {
    const first = Math.floor(offset / blockBytes);
    const last = Math.floor((offset + out.length - 1) / blockBytes);
    const found: Promise<Uint8Array>[] = [];
    for (let index = first; index <= last; index++) {
      if (!this.#blocks.has(index)) this.#request(index, last);
      const block = this.#blocks.get(index);
      if (!block) continue;
      this.#blocks.delete(index);
      this.#blocks.set(index, block);
      found.push(block);
    }
    this.#evict();
    let at = offset;
    for (const [position, block] of (await Promise.all(found)).entries()) {
      const start = at - (first + position) * blockBytes;
      const part = block.subarray(start, start + out.length - (at - offset));
      out.set(part, at - offset);
      at += part.length;
    }
  }

  #request(first: number, last: number): void {
    this.#ahead = first === this.#nextBlock ? Math.min(2 * this.#ahead, mostAhead) : 1;
    const end = Math.min(Math.max(last + 1, first + this.#ahead), Math.ceil(this.#size / blockBytes));
    let until = first + 1;
    while (until < end && !this.#blocks.has(until)) until++;
    this.#nextBlock = until;
    const start = first * blockBytes;
    const bytes = this.#fetch(start, Math.min(until * blockBytes, this.#size));
    for (let index = first; index < until; index++) {
      // A copy, so that a block that stays does not hold its whole request.
      const block = bytes.then((all) => all.slice(index * blockBytes - start, (index + 1) * blockBytes - start));
      this.#blocks.set(index, block);
      // What failed is asked for again.
      block.catch(() => {
        if (this.#blocks.get(index) === block) this.#blocks.delete(index);
      });
    }
  }

  #evict(): void {
    for (const index of this.#blocks.keys()) {
      if (this.#blocks.size <= mostBlocks) return;
      this.#blocks.delete(index);
    }
  }
}
