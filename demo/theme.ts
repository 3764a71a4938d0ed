import type { SlnetStackViewer } from "../src/plugin/index.js";

/** What a person can choose; `system` is dark or light as the system is. */
const themes = ["dark", "light", "contrast", "system"] as const;
type Theme = (typeof themes)[number];

const storageKey = "slnet-web theme";

/** A viewer does not follow the page by itself: it is dark unless told otherwise. */
const viewerThemes = { dark: "dark", light: "light", contrast: "dark", system: "auto" } as const;

/**
 * Gives the page the theme that was chosen last, on any page of the demo, before it is painted; lets it be chosen where
 * the page has a list with the id `theme`; and follows a choice made in another tab.
 */
function useTheme(): void {
  apply(keptTheme());
  document.addEventListener("DOMContentLoaded", connect);
  if (document.readyState !== "loading") connect();
  addEventListener("storage", ({ key }) => {
    if (key === storageKey || key === null) apply(keptTheme());
  });
}

function connect(): void {
  apply(keptTheme());
  const list = themeList();
  list?.addEventListener("change", () => {
    const theme = list.value;
    if (!isTheme(theme)) return;
    keep(theme);
    apply(theme);
  });
}

function apply(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  for (const viewer of document.querySelectorAll("slnet-stack-viewer")) viewer.theme = viewerThemes[theme];
  const list = themeList();
  if (list) list.value = theme;
}

/** Gives a viewer that comes later the theme of the page. */
export function themeViewer(viewer: SlnetStackViewer): void {
  viewer.theme = viewerThemes[keptTheme()];
}

function themeList(): HTMLSelectElement | null {
  return document.querySelector<HTMLSelectElement>("select#theme");
}

function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(storageKey);
    if (isTheme(kept)) return kept;
  } catch {
    // Storage is forbidden here: the page looks as it does at a first visit.
  }
  return "dark";
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // Forbidden or full: the choice lasts as long as the page.
  }
}

function isTheme(value: string | null): value is Theme {
  return (themes as readonly (string | null)[]).includes(value);
}

useTheme();
