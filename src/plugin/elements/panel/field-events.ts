/** What a person chose in the `select` of an event. */
export function chosenValue(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}

/** What a person typed into the `input` of an event. */
export function typedText(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

export function isChecked(event: Event): boolean {
  return (event.target as HTMLInputElement).checked;
}
