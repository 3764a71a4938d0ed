import { html, type TemplateResult } from "lit";

/** Paths of 16 by 16: filled, or drawn as lines. */
const paths = {
  play: { filled: true, d: "M4 2.5v11l9-5.5z" },
  pause: { filled: true, d: "M4 3h3v10H4zM9 3h3v10H9z" },
  loop: {
    filled: false,
    d: "M4.5 5H11a3 3 0 0 1 3 3M11.5 11H5a3 3 0 0 1-3-3M6.5 2.5 4 5l2.5 2.5M9.5 8.5 12 11l-2.5 2.5",
  },
  point: { filled: false, d: "M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4M8 8h.01" },
  line: { filled: false, d: "M3 13 13 3M2 12h2v2H2zM12 2h2v2h-2z" },
  rectangle: { filled: false, d: "M2.5 4.5h11v7h-11z" },
} as const;

/** A picture on a control that has its name in words. */
export function icon(name: keyof typeof paths): TemplateResult {
  const { filled, d } = paths[name];
  return html`<svg
    width="16"
    height="16"
    viewBox="0 0 16 16"
    fill=${filled ? "currentColor" : "none"}
    stroke=${filled ? "none" : "currentColor"}
    stroke-width="1.5"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d=${d} />
  </svg>`;
}
