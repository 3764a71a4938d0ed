import type { SlnetSession } from "../../../src/plugin/index.js";
import { sampleSession, startTraining, type SampleStep } from "../sample-session.js";
import type { Story, StoryState } from "../story.js";

function showPanel(place: HTMLElement, session: SlnetSession): void {
  const panel = document.createElement("slnet-panel");
  panel.session = session;
  place.append(panel);
}

function after(name: string, until: SampleStep): StoryState {
  return {
    name,
    async make(place, signal) {
      showPanel(place, await sampleSession(until, signal));
    },
  };
}

export const panelStory: Story = {
  tag: "slnet-panel",
  about: "Open a stack, train, clean, save. It shows the state of a session and calls its methods.",
  states: [
    after("Nothing is open", "closed"),
    after("A stack is open", "opened"),
    {
      name: "Training",
      async make(place, signal) {
        const session = await sampleSession("opened", signal);
        showPanel(place, session);
        await startTraining(session);
      },
    },
    {
      name: "Trained, cleaned and saved",
      async make(place, signal) {
        const session = await sampleSession("trained", signal);
        showPanel(place, session);
        await session.clean();
        await session.save();
      },
    },
    {
      name: "A file that cannot be read",
      async make(place, signal) {
        const session = await sampleSession("closed", signal);
        await session.openFile(new File(["hello, this is no stack"], "text.tif"));
        showPanel(place, session);
      },
    },
    {
      name: "An option out of range",
      async make(place, signal) {
        const session = await sampleSession("opened", signal, { configuration: { maxEpochs: 0 } });
        showPanel(place, session);
      },
    },
    {
      name: "In no viewer",
      make(place) {
        place.append(document.createElement("slnet-panel"));
      },
    },
  ],
};
