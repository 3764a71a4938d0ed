import { HostModel } from "../../../src/plugin/host/index.js";
import type { Localizer } from "../../../src/plugin/index.js";
import { sampleIn, type SampleStep } from "../sample-session.js";
import { show, withProperties, type Story } from "../story.js";

async function localizerOf(until: SampleStep, signal: AbortSignal): Promise<Localizer> {
  const host = new HostModel({ hostName: "gallery", capabilities: ["read-pixels"] });
  const session = await sampleIn(host, until, signal);
  return session.loadLocalizer();
}

export const localizerStory: Story = {
  tag: "slnet-localizer",
  about: "Super-resolution images of a stack before and after cleaning, with figures and tables.",
  padded: true,
  states: [
    withProperties("No stack", "slnet-localizer", {}),
    {
      name: "A stack, and no model yet",
      async make(place, signal) {
        show(place, "slnet-localizer", { localizer: await localizerOf("opened", signal) });
      },
    },
    {
      name: "Localized",
      async make(place, signal) {
        const localizer = await localizerOf("cleaned", signal);
        show(place, "slnet-localizer", { localizer });
        await localizer.localize();
        if (localizer.state.task.error !== null) throw new Error(localizer.state.task.error);
      },
    },
  ],
};
