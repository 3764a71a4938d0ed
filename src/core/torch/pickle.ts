import { SlnetError } from "../errors.js";
import { PickleName, PickleObject, type PickleMakers, type PickleValue } from "./pickle-values.js";

/** Opcodes of protocols 0 to 5 as Python's `pickletools` documents them, without the textual ones of protocol 0. */
const opcodes = {
  mark: 0x28,
  stop: 0x2e,
  pop: 0x30,
  popMark: 0x31,
  duplicate: 0x32,
  binFloat: 0x47,
  binInt: 0x4a,
  binInt1: 0x4b,
  binInt2: 0x4d,
  none: 0x4e,
  binPersistent: 0x51,
  reduce: 0x52,
  binString: 0x54,
  shortBinString: 0x55,
  binUnicode: 0x58,
  append: 0x61,
  build: 0x62,
  global: 0x63,
  dict: 0x64,
  emptyDict: 0x7d,
  appends: 0x65,
  binGet: 0x68,
  longBinGet: 0x6a,
  list: 0x6c,
  emptyList: 0x5d,
  binPut: 0x71,
  longBinPut: 0x72,
  setItem: 0x73,
  tuple: 0x74,
  emptyTuple: 0x29,
  setItems: 0x75,
  binBytes: 0x42,
  shortBinBytes: 0x43,
  protocol: 0x80,
  newObject: 0x81,
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  newTrue: 0x88,
  newFalse: 0x89,
  long1: 0x8a,
  long4: 0x8b,
  shortBinUnicode: 0x8c,
  binUnicode8: 0x8d,
  binBytes8: 0x8e,
  emptySet: 0x8f,
  addItems: 0x90,
  frozenSet: 0x91,
  newObjectKeywords: 0x92,
  stackGlobal: 0x93,
  memoize: 0x94,
  frame: 0x95,
} as const;

const newestProtocol = 5;

/** Digits of a whole number: those of PyTorch's magic number are ten bytes. */
const longestInteger = 64;

/** A pickle, and where in the bytes it ends. */
export interface ReadPickle {
  readonly value: PickleValue;
  readonly end: number;
}

/**
 * Reads a pickle without running it: plain values are built, and whatever asks for a class or function that `makers` does
 * not know becomes an inert {@link PickleObject}. Time and memory grow with the number of bytes, which the caller bounds.
 *
 * @param start - where it begins in `bytes`; others may follow it
 * @param what - for messages
 * @throws {@link SlnetError} `bad-input` where it is broken; `unsupported` where it uses an operation that no program
 *   needs for such files
 */
export function readPickle(bytes: Uint8Array, makers: PickleMakers, what: string, start = 0): ReadPickle {
  return new Unpickler(bytes, makers, what, start).read();
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #makers: PickleMakers;
  readonly #what: string;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at the marks. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at: number;

  constructor(bytes: Uint8Array, makers: PickleMakers, what: string, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#makers = makers;
    this.#what = what;
    this.#at = start;
  }

  read(): ReadPickle {
    for (;;) {
      const at = this.#take(1);
      const opcode = this.#bytes[at];
      if (opcode === opcodes.stop) return { value: this.#pop(), end: this.#at };
      if (!this.#structure(opcode) && !this.#value(opcode)) {
        const code = opcode.toString(16).padStart(2, "0");
        throw new SlnetError(
          "unsupported",
          `${this.#what}: byte ${at} is the pickle operation 0x${code}, which is not read`,
        );
      }
    }
  }

  /** Operations that work on what is there already. */
  #structure(opcode: number): boolean {
    switch (opcode) {
      case opcodes.mark:
        this.#marks.push(this.#stack.length);
        return true;
      case opcodes.pop:
        // Python's own takes a mark where there is one on top.
        if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
        else this.#pop();
        return true;
      case opcodes.popMark:
        this.#popMark();
        return true;
      case opcodes.duplicate:
        this.#push(this.#top());
        return true;
      case opcodes.binPut:
        this.#memo.set(this.#bytes[this.#take(1)], this.#top());
        return true;
      case opcodes.longBinPut:
        this.#memo.set(this.#uint32(), this.#top());
        return true;
      case opcodes.memoize:
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case opcodes.binGet:
        this.#push(this.#recall(this.#bytes[this.#take(1)]));
        return true;
      case opcodes.longBinGet:
        this.#push(this.#recall(this.#uint32()));
        return true;
      case opcodes.append: {
        const item = this.#pop();
        this.#list().push(item);
        return true;
      }
      case opcodes.appends:
      case opcodes.addItems: {
        const items = this.#popMark();
        const list = this.#list();
        for (const item of items) list.push(item);
        return true;
      }
      case opcodes.setItem: {
        const value = this.#pop();
        const key = this.#pop();
        this.#setItems([key, value]);
        return true;
      }
      case opcodes.setItems:
        this.#setItems(this.#popMark());
        return true;
      case opcodes.build:
        this.#build(this.#pop());
        return true;
      case opcodes.reduce:
      case opcodes.newObject: {
        const args = this.#pop();
        this.#push(this.#make(this.#pop(), args));
        return true;
      }
      case opcodes.newObjectKeywords: {
        const keywords = this.#pop();
        const args = this.#pop();
        this.#push(new PickleObject(this.#pop(), [args, keywords]));
        return true;
      }
      case opcodes.binPersistent:
        this.#push(this.#makers.find(this.#pop()));
        return true;
      case opcodes.protocol: {
        const protocol = this.#bytes[this.#take(1)];
        if (protocol <= newestProtocol) return true;
        throw new SlnetError(
          "unsupported",
          `${this.#what} is a pickle of protocol ${protocol}, expected at most ${newestProtocol}`,
        );
      }
      case opcodes.frame:
        this.#take(8);
        return true;
      default:
        return false;
    }
  }

  /** Operations that put a new value on the stack. */
  #value(opcode: number): boolean {
    const value = this.#newValue(opcode);
    if (value === undefined) return false;
    this.#push(value);
    return true;
  }

  #newValue(opcode: number): PickleValue | undefined {
    switch (opcode) {
      case opcodes.none:
        return null;
      case opcodes.newTrue:
        return true;
      case opcodes.newFalse:
        return false;
      case opcodes.binInt:
        return this.#view.getInt32(this.#take(4), true);
      case opcodes.binInt1:
        return this.#bytes[this.#take(1)];
      case opcodes.binInt2:
        return this.#view.getUint16(this.#take(2), true);
      case opcodes.binFloat:
        return this.#view.getFloat64(this.#take(8), false);
      case opcodes.long1:
        return this.#integer(this.#bytes[this.#take(1)]);
      case opcodes.long4:
        return this.#integer(this.#uint32());
      case opcodes.binUnicode:
      case opcodes.binString:
        return this.#text(this.#uint32());
      case opcodes.shortBinUnicode:
      case opcodes.shortBinString:
        return this.#text(this.#bytes[this.#take(1)]);
      case opcodes.binUnicode8:
        return this.#text(this.#uint64());
      case opcodes.binBytes:
        return this.#run(this.#uint32());
      case opcodes.shortBinBytes:
        return this.#run(this.#bytes[this.#take(1)]);
      case opcodes.binBytes8:
        return this.#run(this.#uint64());
      case opcodes.emptyList:
      case opcodes.emptyTuple:
      case opcodes.emptySet:
        return [];
      case opcodes.emptyDict:
        return new Map();
      case opcodes.list:
      case opcodes.tuple:
      case opcodes.frozenSet:
        return this.#popMark();
      case opcodes.tuple1:
        return this.#popSome(1);
      case opcodes.tuple2:
        return this.#popSome(2);
      case opcodes.tuple3:
        return this.#popSome(3);
      case opcodes.dict: {
        const items = this.#popMark();
        this.#push(new Map());
        this.#setItems(items);
        return this.#pop();
      }
      case opcodes.global: {
        const module = this.#line();
        return new PickleName(module, this.#line());
      }
      case opcodes.stackGlobal: {
        const [module, name] = this.#popSome(2);
        if (typeof module === "string" && typeof name === "string") return new PickleName(module, name);
        throw this.#broken("names a class by something that is no text");
      }
      default:
        return undefined;
    }
  }

  #make(maker: PickleValue, args: PickleValue): PickleValue {
    const made = maker instanceof PickleName && Array.isArray(args) ? this.#makers.make(maker, args) : undefined;
    return made === undefined ? new PickleObject(maker, args) : made;
  }

  /** Attributes of what is no unknown object, such as the metadata of a state dictionary, are left out. */
  #build(state: PickleValue): void {
    const target = this.#top();
    if (target instanceof PickleObject) target.state = state;
  }

  #setItems(items: readonly PickleValue[]): void {
    const target = this.#top();
    if (items.length % 2 !== 0) throw this.#broken("has a key without a value");
    // Unknown objects may be dictionaries of their own kind; nobody needs what they hold.
    if (target instanceof PickleObject) return;
    if (!(target instanceof Map)) throw this.#broken("puts keys into something that is no dictionary");
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  }

  #list(): PickleValue[] {
    const target = this.#top();
    if (Array.isArray(target)) return target;
    // As for keys: what an unknown object would take is thrown away.
    if (target instanceof PickleObject) return [];
    throw this.#broken("adds items to something that is no list");
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.#broken("takes a value where there is none");
    return this.#stack[this.#stack.length - 1];
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.length--;
    return value;
  }

  #popSome(count: number): PickleValue[] {
    if (this.#stack.length - count < (this.#marks.at(-1) ?? 0)) throw this.#broken("takes a value where there is none");
    return this.#stack.splice(this.#stack.length - count);
  }

  #popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#broken("ends a list that was not begun");
    return this.#stack.splice(mark);
  }

  #recall(key: number): PickleValue {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#broken(`refers to value ${key}, which is not there`);
    return value;
  }

  /** The position after `length` bytes, which are then read. */
  #take(length: number): number {
    const at = this.#at;
    if (!(length <= this.#bytes.length - at)) throw this.#broken("ends inside a value");
    this.#at += length;
    return at;
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  #run(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length);
  }

  #text(length: number): string {
    const at = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#broken("ends inside a name");
    const text = this.#text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  /** Two's complement, little-endian. A number where it is a safe one. */
  #integer(length: number): number | bigint {
    if (length > longestInteger) throw this.#broken(`has a whole number of ${length} bytes`);
    const at = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]);
    if (length > 0 && this.#bytes[at + length - 1] >= 0x80) value -= 1n << BigInt(8 * length);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #broken(how: string): SlnetError {
    return new SlnetError("bad-input", `${this.#what} ${how} (byte ${this.#at} of its pickle); the file is broken`);
  }
}
