import { defineAllElements } from "../../src/plugin/index.js";
import {
  choiceFormStory,
  metadataFormStory,
  openFormStory,
  optionsFormStory,
  saveFormStory,
  viewFormStory,
} from "./stories/forms.js";
import { localizerStory } from "./stories/localizer.js";
import { methodComparisonStory } from "./stories/method-comparison.js";
import { panelStory } from "./stories/panel.js";
import {
  frameAxisStory,
  histogramStory,
  inspectorStory,
  kymographStory,
  lossPlotStory,
  scaleBarStory,
  tracePlotStory,
  weightMapStory,
} from "./stories/plots.js";
import { privacyNotesStory, queueStory, recentFilesStory, runHistoryStory } from "./stories/runs.js";
import {
  advancedFormStory,
  cleanFormStory,
  modelDetailsStory,
  presetFormStory,
  regionFormStory,
  shareFieldStory,
  surveyNotesStory,
  trainFormStory,
} from "./stories/steering.js";
import { layerControlsStory, layerListStory, stackViewerStory, toastListStory } from "./stories/viewer.js";
import type { Story, StoryState } from "./story.js";

const stories: readonly Story[] = [
  stackViewerStory,
  layerListStory,
  layerControlsStory,
  histogramStory,
  scaleBarStory,
  toastListStory,
  panelStory,
  openFormStory,
  choiceFormStory,
  metadataFormStory,
  surveyNotesStory,
  trainFormStory,
  presetFormStory,
  regionFormStory,
  shareFieldStory,
  optionsFormStory,
  advancedFormStory,
  lossPlotStory,
  weightMapStory,
  modelDetailsStory,
  cleanFormStory,
  saveFormStory,
  localizerStory,
  methodComparisonStory,
  inspectorStory,
  tracePlotStory,
  kymographStory,
  frameAxisStory,
  runHistoryStory,
  queueStory,
  recentFilesStory,
  privacyNotesStory,
  viewFormStory,
];

const list = document.querySelector("#elements ul")!;
const target = document.querySelector<HTMLElement>("#story")!;
const width = document.querySelector<HTMLSelectElement>("select#width")!;

let shown = new AbortController();

for (const { tag } of stories) {
  const link = Object.assign(document.createElement("a"), { href: `#${tag}`, textContent: tag });
  const item = document.createElement("li");
  item.append(link);
  list.append(item);
}
width.addEventListener("change", () => {
  document.documentElement.dataset["width"] = width.value;
});
addEventListener("hashchange", () => void show(chosen(), true));
// A page that is left may be kept in memory and come back as it was: with what runs in it stopped.
addEventListener("pagehide", () => shown.abort());
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) void show(chosen(), false);
});
await defineAllElements();
await show(chosen(), false);

function chosen(): Story {
  return stories.find(({ tag }) => location.hash === `#${tag}`) ?? stories[0]!;
}

/** Shows the states of one element, in place of those of another, whose workers end. */
async function show(story: Story, takesFocus: boolean): Promise<void> {
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  for (const link of list.querySelectorAll("a")) {
    if (link.hash === `#${story.tag}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  target.ariaBusy = "true";
  const title = Object.assign(document.createElement("h2"), { textContent: story.tag, tabIndex: -1 });
  const about = Object.assign(document.createElement("p"), { textContent: story.about });
  const states = Object.assign(document.createElement("div"), { className: story.wide ? "states wide" : "states" });
  target.replaceChildren(title, about, states);
  target.scrollTop = 0;
  if (takesFocus) title.focus();
  // One after the other: each may train.
  for (const state of story.states) {
    const place = Object.assign(document.createElement("div"), { className: story.padded ? "place padded" : "place" });
    const figure = document.createElement("figure");
    figure.append(Object.assign(document.createElement("figcaption"), { textContent: state.name }), place);
    states.append(figure);
    await make(state, place, signal);
    if (signal.aborted) return;
  }
  target.ariaBusy = "false";
}

async function make(state: StoryState, place: HTMLElement, signal: AbortSignal): Promise<void> {
  try {
    await state.make(place, signal);
  } catch (error) {
    if (signal.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    place.append(Object.assign(document.createElement("p"), { textContent: `This state was not reached: ${text}` }));
  }
}
