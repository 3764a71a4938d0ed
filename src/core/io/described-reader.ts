import type { StackDescription, StackReader } from "../frames.js";

/** A reader that says something else of itself. */
export function withDescription(reader: StackReader, description: StackDescription): StackReader {
  return {
    ...(reader.readStoredFrame ? { readStoredFrame: reader.readStoredFrame.bind(reader) } : {}),
    description,
    readFrames: (from, to, out, signal) => reader.readFrames(from, to, out, signal),
    close: () => reader.close(),
  };
}

/** A reader that says more. */
export function withNotices(reader: StackReader, notices: readonly string[]): StackReader {
  if (notices.length === 0) return reader;
  const { description } = reader;
  return withDescription(reader, { ...description, notices: [...description.notices, ...notices] });
}

/** Without what is not known, so that it does not hide what is. */
export function definedOnly<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Partial<T>;
}
