import { openSample, sampleSession, type SampleStep } from "../sample-session.js";
import type { StackQueue } from "../../../src/plugin/index.js";
import { noiseFile } from "../noise-file.js";
import { show, withProperties, type Story, type StoryState } from "../story.js";

/** What of the element a page can use. */
interface QueueElement extends HTMLElement {
  readonly queue: StackQueue | null;
  readonly updateComplete: Promise<boolean>;
}

/** The runs of a session that got so far; they are gone with it. */
function runs(name: string, until: SampleStep): StoryState {
  return {
    name,
    async make(place, signal) {
      const session = await sampleSession("closed", signal);
      // It lists what ends from here on.
      const history = await session.history();
      await openSample(session);
      session.configure({ maxEpochs: 3 });
      if (until === "trained") {
        await session.train();
        session.configure({ maxEpochs: 6, sparsityWeight: 8 });
        await session.train();
        await session.clean();
      }
      await history.settled();
      show(place, "slnet-run-history", { session });
    },
  };
}

export const runHistoryStory: Story = {
  tag: "slnet-run-history",
  about: "What was done: to look up, repeat, compare, and copy as a command line or as code.",
  padded: true,
  states: [runs("No run yet", "opened"), runs("Three runs", "trained")],
};

export const queueStory: Story = {
  tag: "slnet-queue",
  about: "Several stacks, cleaned one after the other with one model or one model each; it can be paused.",
  padded: true,
  states: [
    {
      name: "Empty",
      async make(place, signal) {
        show(place, "slnet-queue", { session: await sampleSession("trained", signal) });
      },
    },
    {
      name: "Paused, as the session cleans, with a part to train on",
      async make(place, signal) {
        const session = await sampleSession("opened", signal);
        session.chooseRegion({ x: 4, y: 4, width: 24, height: 24, from: 0, to: 120 });
        session.configure({ temporalShifts: [0, 10, 20] });
        const element = show(place, "slnet-queue", { session }) as QueueElement;
        await element.updateComplete;
        const { queue } = element;
        if (!queue) throw new Error("the element has no queue");
        queue.add(["day-1.npy", "day-2.npy", "day-3.npy"].map((path) => ({ path, file: noiseFile(path) })));
        queue.configure({ metadata: { pixelSizeNm: 108 } });
        const begun = new Promise<void>((resolve) => {
          const stop = queue.subscribe(() => {
            if (!queue.items[0]?.progress && queue.isRunning) return;
            queueMicrotask(() => stop());
            resolve();
          });
        });
        void queue.start();
        await begun;
        queue.pause();
        await element.updateComplete;
      },
    },
  ],
};

export const recentFilesStory: Story = {
  tag: "slnet-recent-files",
  about: "Files that were opened before, where the browser remembers them.",
  padded: true,
  states: [
    {
      name: "As this browser has it",
      async make(place, signal) {
        show(place, "slnet-recent-files", { session: await sampleSession("closed", signal) });
      },
    },
  ],
};

export const privacyNotesStory: Story = {
  tag: "slnet-privacy-notes",
  about: "Why nothing leaves this computer, and how to check it.",
  padded: true,
  states: [withProperties("Closed", "slnet-privacy-notes", {})],
};
