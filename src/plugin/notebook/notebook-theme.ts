import type { Unsubscribe } from "../host/contract.js";

export type NotebookTheme = "dark" | "light" | "auto";

/**
 * Whether the notebook around is dark or light, from what its page says: JupyterLab and Notebook 7 by an attribute of the
 * body, VS Code by its classes, Colab by an attribute of the root. `auto`: as the system, where it says nothing.
 */
function notebookTheme(page: Document): NotebookTheme {
  const { body, documentElement: root } = page;
  const { jpThemeLight: labIsLight } = body.dataset;
  if (labIsLight !== undefined) return labIsLight === "false" ? "dark" : "light";
  if (body.matches(".vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)")) return "dark";
  if (body.matches(".vscode-light, .vscode-high-contrast-light")) return "light";
  const colab = root.getAttribute("theme");
  return colab === "dark" || colab === "light" ? colab : "auto";
}

/** Calls back now and whenever the notebook changes between dark and light. */
export function followTheme(page: Document, callback: (theme: NotebookTheme) => void): Unsubscribe {
  let last: NotebookTheme | null = null;
  const look = (): void => {
    const theme = notebookTheme(page);
    if (theme === last) return;
    last = theme;
    callback(theme);
  };
  const observer = new MutationObserver(look);
  const attributeFilter = ["class", "data-jp-theme-light", "theme"];
  for (const element of [page.documentElement, page.body]) observer.observe(element, { attributeFilter });
  look();
  return () => observer.disconnect();
}
