/** `temporal-shifts` for `temporalShifts`: the name of an option as it is typed on the command line. */
export function kebabCase(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
