import {
  framePixels,
  unknownMetadata,
  type StackDescription,
  type StackMetadata,
  type StackSelection,
} from "../core/frames.js";
import { sha256Hex } from "../core/sha256.js";
import type { RecordedStack } from "./run-record.js";

/** Frames up to this size are hashed: 128 MB. */
const maximumHashedBytes = 128 * 1024 ** 2;

/** Where a stack came from. */
export interface StackOrigin {
  /** Of a stack on a web server, else `null`. */
  readonly address: string | null;
  readonly selection: StackSelection;
  /** Its file, `null` where it is none. */
  readonly file: { readonly bytes: number; readonly changedAt: Date } | null;
}

/** What tells a stack from others. */
export async function recordStack(
  description: StackDescription,
  { address, selection, file }: StackOrigin,
  readFirstFrame: () => Promise<ArrayBufferView>,
): Promise<RecordedStack> {
  const { name, format, shape } = description;
  const { frames, height, width, type } = shape;
  return {
    name,
    address: address === null ? null : withoutQuery(address),
    selection: Object.fromEntries(Object.entries(selection).filter(([, position]) => position !== undefined)),
    frames,
    height,
    width,
    type,
    format,
    fileBytes: file?.bytes ?? null,
    fileChangedAt: file?.changedAt.toISOString() ?? null,
    firstFrameSha256: framePixels(shape) * 4 > maximumHashedBytes ? null : await hashOf(readFirstFrame),
  };
}

/** The metadata among other facts, alone. */
export function metadataOf(known: StackMetadata): StackMetadata {
  return Object.fromEntries(
    Object.keys(unknownMetadata).map((key) => [key, known[key as keyof StackMetadata]]),
  ) as unknown as StackMetadata;
}

/** A record is there to be passed on, and what follows the path is often a key. */
function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

async function hashOf(readFirstFrame: () => Promise<ArrayBufferView>): Promise<string | null> {
  try {
    const { buffer, byteOffset, byteLength } = await readFirstFrame();
    return await sha256Hex(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  } catch {
    // Not in an insecure page, and not where the worker is gone.
    return null;
  }
}
