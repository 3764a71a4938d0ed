import { HostModel } from "../../../src/plugin/host/index.js";
import type { MethodComparison } from "../../../src/plugin/index.js";
import { sampleIn, type SampleStep } from "../sample-session.js";
import { show, withProperties, type Story } from "../story.js";

async function comparisonOf(until: SampleStep, signal: AbortSignal): Promise<MethodComparison> {
  const host = new HostModel({ hostName: "gallery", capabilities: ["read-pixels"] });
  const session = await sampleIn(host, until, signal);
  return (await session.loadLocalizer()).comparison;
}

export const methodComparisonStory: Story = {
  tag: "slnet-method-comparison",
  about: "Background methods side by side on the open stack, as far as they can be compared without a truth.",
  padded: true,
  states: [
    withProperties("No stack", "slnet-method-comparison", {}),
    {
      name: "A stack, and no model yet",
      async make(place, signal) {
        show(place, "slnet-method-comparison", { comparison: await comparisonOf("opened", signal) });
      },
    },
    {
      name: "Compared",
      async make(place, signal) {
        const comparison = await comparisonOf("trained", signal);
        show(place, "slnet-method-comparison", { comparison });
        await comparison.compare({}, 100);
        if (comparison.state.task.error !== null) throw new Error(comparison.state.task.error);
      },
    },
  ],
};
