/** A host does not do what the contract says. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError";
}

/** @throws {@link ConformanceError} unless `found` is `wanted`, compared as JSON */
export function expectSame(found: unknown, wanted: unknown, what: string): void {
  const [foundText, wantedText] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (foundText !== wantedText) throw new ConformanceError(`${what}: found ${foundText}, expected ${wantedText}`);
}

/** @throws {@link ConformanceError} unless `condition` holds */
export function expectThat(condition: boolean, what: string): void {
  if (!condition) throw new ConformanceError(what);
}

/** @throws {@link ConformanceError} unless the promise rejects */
export async function expectRejection(promise: Promise<unknown>, what: string): Promise<void> {
  const settled = await promise.then(
    () => false,
    () => true,
  );
  if (!settled) throw new ConformanceError(`${what}: resolved, expected a rejection`);
}

/** @throws {@link ConformanceError} unless the call throws */
export function expectThrow(call: () => void, what: string): void {
  try {
    call();
  } catch {
    return;
  }
  throw new ConformanceError(`${what}: accepted, expected an error`);
}

/**
 * Waits until something is true; viewers draw, and so read, when they find the time.
 *
 * @throws {@link ConformanceError} where it is not within `withinMs`
 */
export async function expectSoon(condition: () => boolean, what: string, withinMs = 5000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new ConformanceError(`${what}: not within ${withinMs} ms`);
    await pause(10);
  }
}

/** Gives a viewer time for what it should not do. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
