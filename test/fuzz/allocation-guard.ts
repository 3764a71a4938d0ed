/**
 * Makes every array of more than `limit` bytes fail, whoever makes it: memory that is asked for and not yet written to does
 * not show in the size of the process, but it will on another machine.
 */
export function guardAllocations(limit: number): void {
  const names = [
    "ArrayBuffer",
    "Uint8Array",
    "Int8Array",
    "Uint16Array",
    "Int16Array",
    "Uint32Array",
    "Int32Array",
    "Float32Array",
    "Float64Array",
    "BigUint64Array",
    "BigInt64Array",
  ] as const;
  for (const name of names) {
    const original = globalThis[name];
    const itemBytes = "BYTES_PER_ELEMENT" in original ? original.BYTES_PER_ELEMENT : 1;
    const guarded = new Proxy(original, {
      construct(target, args: unknown[], newTarget) {
        const [length] = args;
        if (typeof length === "number" && length * itemBytes > limit) {
          throw new Error(`an array of ${length * itemBytes} bytes was asked for, expected at most ${limit}`);
        }
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
    Object.defineProperty(globalThis, name, { value: guarded, configurable: true, writable: true });
  }
}
