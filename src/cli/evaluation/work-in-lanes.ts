import type { SlnetClient } from "../../protocol/client.js";

/**
 * Does pieces of work with several workers at the same time, each taking the next piece when it is done with one. An error
 * ends all of them.
 *
 * @param count - of workers, no more than there are pieces
 * @param createClient - a worker; it is disposed of at the end
 * @returns the results in the order of the pieces
 */
export async function workInLanes<Piece, Result>(
  { count, createClient }: { readonly count: number; createClient(): Promise<SlnetClient> },
  pieces: readonly Piece[],
  work: (client: SlnetClient, piece: Piece) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const clients: SlnetClient[] = [];
  let next = 0;
  let isEnded = false;
  const lane = async (): Promise<void> => {
    const client = await createClient();
    clients.push(client);
    // Another lane failed while this one's worker started.
    if (isEnded) client.dispose();
    while (!isEnded && next < pieces.length) {
      const at = next++;
      results[at] = await work(client, pieces[at] as Piece);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(count, pieces.length) }, lane));
    return results;
  } finally {
    isEnded = true;
    for (const client of clients) client.dispose();
  }
}
