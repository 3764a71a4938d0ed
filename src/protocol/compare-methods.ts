import type { CallOptions, ClientStack, Run } from "./client.js";
import type { ComparedMethods, ComparisonEstimate, ComparisonOptions, ComparisonReport } from "./comparison-api.js";

/**
 * Measures ways to find the background side by side, each with the same localizer on the same frames. The reports have the
 * figures of each method as it is done.
 */
export function compareMethods(
  stack: ClientStack,
  methods: ComparedMethods,
  options: ComparisonOptions,
  { signal }: CallOptions = {},
): Promise<Run<ComparisonReport, null>> {
  return stack.calling(async (client, id) => {
    const { job } = await client.openJob((api) => api.openComparison(id, methods, options), signal);
    return client.run(job, null, (api) => api.nextComparisonReport(job), signal);
  });
}

/** What that would take. */
export function estimateComparison(
  stack: ClientStack,
  methods: ComparedMethods,
  options: ComparisonOptions,
  { signal }: CallOptions = {},
): Promise<ComparisonEstimate> {
  return stack.calling((client, id) => client.call((api) => api.estimateComparison(id, methods, options), signal));
}
