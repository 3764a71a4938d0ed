/** Whether a file of safetensors may begin like this: the length of its header (64 bits), which is JSON. */
export function looksLikeSafetensors(head: Uint8Array): boolean {
  return head.length > 9 && head[8] === 0x7b && head[5] === 0 && head[6] === 0 && head[7] === 0;
}
