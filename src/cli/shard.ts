import { largestShardCount, type Shard } from "../core/shards.js";
import { WrongUsage } from "./wrong-usage.js";

/**
 * A shard such as `3/8`: the third of eight.
 *
 * @throws {@link WrongUsage} for a text of another form, or a shard that there is not
 */
export function parseShard(text: string): Shard {
  const parts = /^(\d{1,9})\/(\d{1,9})$/.exec(text.trim());
  if (!parts) throw new WrongUsage(`--shard is "${text}", expected for example 3/8, the third of eight`);
  const [index, count] = [Number(parts[1]), Number(parts[2])];
  if (count < 1 || count > largestShardCount) {
    throw new WrongUsage(`--shard is "${text}", expected 1 to ${largestShardCount} shards`);
  }
  if (index < 1 || index > count) {
    throw new WrongUsage(`--shard is "${text}", expected one of 1/${count} to ${count}/${count}`);
  }
  return { index, count };
}
