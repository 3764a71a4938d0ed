import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";

const smallestRead = 64 * 1024;
const largestRead = 1024 * 1024;

// Directories further apart than this are fetched one by one, many at a time; closer ones by reading everything. A read of
// a file in a page takes some 0.1 ms, in which 60 KB can be read.
const farApart = 64 * 1024;
const piecesAtOnce = 32;
const pieceBytes = 1024;
/** Read for a value that lies outside the pieces. */
const strayRead = 4 * 1024;

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Looks into a source through a read-ahead window, so that thousands of small directories cost few reads.
 *
 * Directories close together are covered by a window that grows while it is used in order. Directories at a regular
 * distance, with pixels between them, are guessed and fetched in parallel. Holds 1 MiB at most, or one value that is
 * larger.
 */
export class ByteWindow {
  readonly #source: ByteSource;
  readonly #signal: AbortSignal | undefined;
  #window: Piece = { start: 0, bytes: new Uint8Array(0) };
  #pieces: readonly Piece[] = [];
  #lastDirectory = 0;
  #distance = 0;
  #regular = false;
  /** Places were named in advance: what lies elsewhere is looked at once. */
  #scattered = false;

  constructor(source: ByteSource, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** Says that a directory at `offset` is next, so that the window can guess where the following ones are. */
  expectDirectory(offset: number): void {
    const distance = offset - this.#lastDirectory;
    this.#regular = distance === this.#distance && distance >= farApart;
    this.#distance = distance;
    this.#lastDirectory = offset;
  }

  /**
   * Reads what is needed from here on in as few reads as there are places far apart, many at a time.
   *
   * @param starts - ascending, inside the file
   * @param length - of each place, in bytes
   */
  async prefetch(starts: readonly number[], length: number): Promise<void> {
    this.#signal?.throwIfAborted();
    const ranges: { start: number; end: number }[] = [];
    for (const start of starts) {
      const last = ranges.at(-1);
      if (last && start - last.end <= farApart && start + length - last.start <= largestRead) {
        last.end = Math.max(last.end, start + length);
      } else {
        ranges.push({ start, end: start + length });
      }
    }
    const pieces: Piece[] = [];
    for (let done = 0; done < ranges.length; done += piecesAtOnce) {
      const some = ranges.slice(done, done + piecesAtOnce);
      const read = some.map(async ({ start, end }) => ({ start, bytes: await this.#read(start, end - start) }));
      pieces.push(...(await Promise.all(read)));
    }
    this.#pieces = pieces;
    this.#scattered = true;
  }

  /**
   * The bytes from `offset`, which the caller has checked to be inside the file.
   *
   * @throws {@link SlnetError} `bad-input` where the source gives fewer
   */
  async view(offset: number, length: number): Promise<DataView> {
    let view = this.held(offset, length);
    if (!view) {
      this.#signal?.throwIfAborted();
      if (this.#regular && offset === this.#lastDirectory && length <= pieceBytes) await this.#fetchPieces(offset);
      else await this.#moveWindow(offset, length);
      view = this.held(offset, length);
    }
    if (!view) {
      const { name, size } = this.#source;
      throw new SlnetError(
        "bad-input",
        `${name} changed while it was read: expected ${length} bytes at ${offset} of a file of ${size} bytes, got fewer`,
      );
    }
    return view;
  }

  /** The bytes from `offset` where they have been read already, `null` where they have not. */
  held(offset: number, length: number): DataView | null {
    const piece = this.#find(offset, length);
    return piece ? new DataView(piece.bytes.buffer, piece.bytes.byteOffset + offset - piece.start, length) : null;
  }

  #find(offset: number, length: number): Piece | undefined {
    if (holds(this.#window, offset, length)) return this.#window;
    return this.#pieces.find((piece) => holds(piece, offset, length));
  }

  async #moveWindow(offset: number, length: number): Promise<void> {
    const { start, bytes } = this.#window;
    const end = start + bytes.length;
    const goesOn = offset >= start && offset <= end + farApart;
    const isStray = this.#regular || this.#scattered;
    const ahead = !isStray && goesOn ? Math.min(2 * bytes.length, largestRead) : 0;
    const wanted = Math.max(length, isStray ? strayRead : smallestRead, ahead);
    this.#window = { start: offset, bytes: await this.#read(offset, wanted) };
  }

  async #fetchPieces(offset: number): Promise<void> {
    const starts = Array.from({ length: piecesAtOnce }, (_, index) => offset + index * this.#distance);
    this.#pieces = await Promise.all(
      starts
        .filter((start) => start < this.#source.size)
        .map(async (start) => ({ start, bytes: await this.#read(start, pieceBytes) })),
    );
  }

  #read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#source.read(offset, Math.min(length, this.#source.size - offset));
  }
}

function holds(piece: Piece, offset: number, length: number): boolean {
  return offset >= piece.start && offset + length <= piece.start + piece.bytes.length;
}
