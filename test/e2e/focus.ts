import assert from "node:assert/strict";

import type { Page } from "playwright-core";

/** What has the focus, through all shadow roots. */
interface Focused {
  readonly tag: string;
  readonly name: string;
  /** Why a person would not see it, empty where they do. */
  readonly fault: string;
}

/** A section that is just loading may push what has the focus out of view; the page then follows within so long. */
const settlingMs = 1000;

/** More stops than a page has. */
const maximumStops = 250;

/** What has the focus, once it is to be seen, or after a time in which it should be. */
async function focused(page: Page): Promise<Focused> {
  const end = performance.now() + settlingMs;
  for (;;) {
    const found = await focusedNow(page);
    if (found.fault === "" || performance.now() > end) return found;
    await page.waitForTimeout(50);
  }
}

function focusedNow(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    let root: Document | ShadowRoot = document;
    while (root.activeElement?.shadowRoot?.activeElement) root = root.activeElement.shadowRoot;
    const element = root.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { tag: "", name: "", fault: "" };
    const labels = (element as HTMLInputElement).labels ?? [];
    const name =
      element.ariaLabel ?? ([...labels].map(({ textContent }) => textContent).join(" ") || element.textContent);
    // Of a radio button that is drawn as a part of a bar, its label is what one sees.
    const isHidden = element.getBoundingClientRect().width <= 1;
    const seen = isHidden ? (element.nextElementSibling ?? labels[0] ?? element) : element;
    const fault = (): string => {
      const { left, top, width, height } = seen.getBoundingClientRect();
      if (width === 0 || height === 0) return "has no size";
      if (left + width <= 0 || top + height <= 0 || left >= innerWidth || top >= innerHeight) return "is out of view";
      const hasRing = [null, "::before", "::after"].some((part) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(seen, part);
        return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
      });
      if (!hasRing) return "shows no ring";
      const isOnTop = [0.15, 0.5, 0.85].some((down) => {
        const [x, y] = [Math.max(0, left) + Math.min(width, innerWidth) / 2, top + height * down];
        let over = document.elementFromPoint(x, y);
        while (over?.shadowRoot) {
          const inner: Element | null = over.shadowRoot.elementFromPoint(x, y);
          if (!inner || inner === over) break;
          over = inner;
        }
        return (
          over !== null && (seen.contains(over) || over.contains(seen) || [...labels].some((l) => l.contains(over)))
        );
      });
      return isOnTop ? "" : "is covered";
    };
    return { tag: element.localName, name: name.trim().replace(/\s+/g, " "), fault: fault() };
  });
}

/** Nothing but Tab until the wanted control has the focus; on the way each stop has to be seen and named. */
export async function tabTo(page: Page, tag: string, name: string | RegExp): Promise<void> {
  const stops: string[] = [];
  for (let stop = 0; stop < maximumStops; stop++) {
    await page.keyboard.press("Tab");
    const found = await focused(page);
    if (found.tag === "") continue;
    assert.equal(found.fault, "", `the focus on ${found.tag} “${found.name}”`);
    assert.notEqual(found.name, "", `a name of the ${found.tag} after ${stops.at(-1) ?? "the start of the page"}`);
    if (found.tag === tag && (typeof name === "string" ? found.name === name : name.test(found.name))) return;
    stops.push(`${found.tag} “${found.name}”`);
  }
  assert.fail(`no ${tag} ${String(name)} among the stops ${[...new Set(stops)].join(", ")}`);
}

/** Fails where the focus fell back to the page, from where a person has to begin anew. */
export async function requireFocus(page: Page, when: string): Promise<void> {
  const { tag, name, fault } = await focused(page);
  assert.notEqual(tag, "", `the focus is lost ${when}`);
  assert.equal(fault, "", `the focus on ${tag} “${name}” ${when}`);
}
