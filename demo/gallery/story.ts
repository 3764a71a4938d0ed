/** One state of an element. */
export interface StoryState {
  readonly name: string;
  /**
   * Puts the element into its place and brings it into the state. What it starts ends when `signal` is aborted.
   *
   * @throws where the state cannot be reached; the page then says so in its place
   */
  make(place: HTMLElement, signal: AbortSignal): Promise<void> | void;
}

/** An element with its states. */
export interface Story {
  readonly tag: string;
  readonly about: string;
  /** Shown over the whole width, not in the width of a panel. */
  readonly wide?: boolean;
  /** A part of a panel, which has the space around it. */
  readonly padded?: boolean;
  readonly states: readonly StoryState[];
}

/** An element with properties set, put into a place. */
export function show<Tag extends string>(
  place: HTMLElement,
  tag: Tag,
  properties: Tag extends keyof HTMLElementTagNameMap ? Partial<HTMLElementTagNameMap[Tag]> : object,
): HTMLElement {
  const element = Object.assign(document.createElement(tag), properties);
  place.append(element);
  return element;
}

/** A state that is only properties. */
export function withProperties<Tag extends string>(
  name: string,
  tag: Tag,
  properties: Parameters<typeof show<Tag>>[2],
): StoryState {
  return {
    name,
    make(place) {
      show(place, tag, properties);
    },
  };
}
