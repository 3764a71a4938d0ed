/** A class or function that a pickle names. Nothing is looked up or run. */
export class PickleName {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** What a pickle wants to have made by a class or function that is not known: a record of the request, never a call. */
export class PickleObject {
  readonly maker: PickleValue;
  readonly args: PickleValue;
  /** What would be put into the object afterwards. */
  state: PickleValue = null;

  constructor(maker: PickleValue, args: PickleValue) {
    this.maker = maker;
    this.args = args;
  }
}

/** A value of a pickle. Lists, tuples and sets are arrays; `object` is what the reader's caller makes itself. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleName
  | PickleObject
  | PickleForeign;

/** Base of what {@link PickleMakers} return. */
export abstract class PickleForeign {
  abstract readonly kind: string;
}

/** What stands behind names and references of a pickle. */
export interface PickleMakers {
  /** What a known function gives for its arguments; `undefined` for one that is not known. */
  make(maker: PickleName, args: readonly PickleValue[]): PickleValue | undefined;
  /** What a persistent id stands for. May throw {@link SlnetError}. */
  find(id: PickleValue): PickleValue;
}
