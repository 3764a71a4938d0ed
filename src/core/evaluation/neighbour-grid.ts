/** Points of the plane, sorted into squares so that near ones are found without looking at all. */
export class NeighbourGrid {
  readonly #cellSize: number;
  readonly #cells = new Map<string, number[]>();

  /** @param reach - the longest distance that will be asked for */
  constructor(reach: number) {
    this.#cellSize = reach;
  }

  add(index: number, x: number, y: number): void {
    const key = this.#key(this.#cell(x), this.#cell(y));
    const cell = this.#cells.get(key);
    if (cell) cell.push(index);
    else this.#cells.set(key, [index]);
  }

  /** Calls back with every point that is within reach, and with some that are a little further away. */
  visitNear(x: number, y: number, callback: (index: number) => void): void {
    const column = this.#cell(x);
    const row = this.#cell(y);
    for (let down = -1; down <= 1; down++) {
      for (let across = -1; across <= 1; across++) {
        for (const index of this.#cells.get(this.#key(column + across, row + down)) ?? []) callback(index);
      }
    }
  }

  #cell(position: number): number {
    return Math.floor(position / this.#cellSize);
  }

  #key(column: number, row: number): string {
    return `${column} ${row}`;
  }
}
