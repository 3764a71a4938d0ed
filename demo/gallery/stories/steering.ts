import { configurationFields } from "../../../src/plugin/index.js";
import { HostModel } from "../../../src/plugin/host/index.js";
import { sampleSession, startTraining, type SampleStep } from "../sample-session.js";
import { show, withProperties, type Story, type StoryState } from "../story.js";

/** A part of the panel that draws a session. */
function form(tag: string, name: string, until: SampleStep): StoryState {
  return {
    name,
    async make(place, signal) {
      const session = await sampleSession(until, signal);
      const element = show(place, tag, { session, state: session.state });
      const stop = session.subscribe((state) => void Object.assign(element, { state }));
      signal.addEventListener("abort", stop, { once: true });
    },
  };
}

export const trainFormStory: Story = {
  tag: "slnet-train-form",
  about: "What a training is started with, and how it goes.",
  padded: true,
  states: [
    form("slnet-train-form", "No stack yet", "closed"),
    form("slnet-train-form", "Ready to train", "opened"),
    {
      name: "Training",
      async make(place, signal) {
        const session = await sampleSession("opened", signal);
        const element = show(place, "slnet-train-form", { session, state: session.state });
        const stop = session.subscribe((state) => void Object.assign(element, { state }));
        signal.addEventListener("abort", stop, { once: true });
        await startTraining(session);
      },
    },
    form("slnet-train-form", "Trained", "trained"),
  ],
};

export const cleanFormStory: Story = {
  tag: "slnet-clean-form",
  about: "By which method the background is removed.",
  padded: true,
  states: [form("slnet-clean-form", "Nothing trained yet", "opened"), form("slnet-clean-form", "Cleaned", "cleaned")],
};

export const surveyNotesStory: Story = {
  tag: "slnet-survey-notes",
  about: "What a look at the stack says before anything is trained: levels, saturation, how long molecules stay on.",
  padded: true,
  states: [
    form("slnet-survey-notes", "Not looked at yet", "opened"),
    {
      name: "Looked at",
      async make(place, signal) {
        const session = await sampleSession("opened", signal);
        await session.survey();
        show(place, "slnet-survey-notes", { session, state: session.state });
      },
    },
  ],
};

export const presetFormStory: Story = {
  tag: "slnet-preset-form",
  about: "Settings under a name, those of a person among them.",
  padded: true,
  states: [
    withProperties("As published", "slnet-preset-form", { valid: true }),
    withProperties("Settings of no preset", "slnet-preset-form", { valid: true, options: { maxEpochs: 7 } }),
    withProperties("While something runs", "slnet-preset-form", { valid: true, disabled: true }),
  ],
};

export const regionFormStory: Story = {
  tag: "slnet-region-form",
  about: "The part of the stack that is trained on.",
  padded: true,
  states: [
    withProperties("The whole stack", "slnet-region-form", {
      shape: { frames: 400, height: 192, width: 192 },
      neededFrames: 100,
      host: new HostModel({ hostName: "gallery", capabilities: ["read-pixels"] }),
    }),
    withProperties("A part of it", "slnet-region-form", {
      shape: { frames: 400, height: 192, width: 192 },
      region: { x: 32, y: 16, width: 96, height: 128, from: 50, to: 300 },
      neededFrames: 100,
    }),
  ],
};

export const shareFieldStory: Story = {
  tag: "slnet-share-field",
  about: "The sparsity weight, said as the share of the pixels that is kept.",
  padded: true,
  states: [
    withProperties("As published", "slnet-share-field", { sparsityWeight: 12 }),
    withProperties("A wrong weight", "slnet-share-field", { sparsityWeight: null }),
    withProperties("While something runs", "slnet-share-field", { sparsityWeight: 12, disabled: true }),
  ],
};

export const advancedFormStory: Story = {
  tag: "slnet-advanced-form",
  about: "All options, with a search over titles, help and the names in the published code.",
  padded: true,
  states: [
    withProperties("As published", "slnet-advanced-form", { keys: configurationFields.map(({ key }) => key) }),
    withProperties("Some are changed", "slnet-advanced-form", {
      keys: configurationFields.map(({ key }) => key),
      options: { batchSize: 4, seed: 7 },
    }),
  ],
};

export const modelDetailsStory: Story = {
  tag: "slnet-model-details",
  about: "Where a model comes from.",
  padded: true,
  states: [
    withProperties("No model", "slnet-model-details", {}),
    {
      name: "Trained here",
      async make(place, signal) {
        const { state } = await sampleSession("trained", signal);
        show(place, "slnet-model-details", { model: state.model });
      },
    },
  ],
};
