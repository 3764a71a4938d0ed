/** First address that the module does not use itself. */
export function heapBase(): usize {
  return __heap_base;
}
