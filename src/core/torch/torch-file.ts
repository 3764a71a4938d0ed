import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { readExactly } from "../io/read-exactly.js";
import { openZip, type ZipFolder } from "../io/zip-folder.js";
import { readPickle } from "./pickle.js";
import type { PickleMakers, PickleValue } from "./pickle-values.js";
import { storageOf, tensorOf, tensorValues, type TorchStorage, type TorchTensor } from "./torch-tensor.js";

/** A file that PyTorch's `torch.save` or `torch.jit.save` wrote. Nothing in it is run. */
export interface TorchFile {
  readonly name: string;
  /** `zip` since PyTorch 1.6, `legacy` before, `script` for TorchScript. */
  readonly form: "zip" | "legacy" | "script";
  /** What was saved. */
  readonly root: PickleValue;
  /** TorchScript: all of its code; empty otherwise. */
  readonly code: string;
  /**
   * The values of a tensor in `root`, row-major.
   *
   * @throws {@link SlnetError} `bad-input` where the file ends before them
   */
  values(tensor: TorchTensor): Promise<Float64Array<ArrayBuffer>>;
}

/** Bytes of a pickle that is read: that of an SLNet has some thousand, and a file of an old form is read whole. */
const largestPickle = 16 * 1024 * 1024;
const largestCode = 1024 * 1024;

/** The first pickle of a file of the old form, and the number after it (torch/serialization.py). */
const legacyMagic = 0x1950a86a20f9469cfc6cn;
const legacyProtocol = 1001;

/**
 * Reads a checkpoint, a state dictionary or a TorchScript file. Only tensors and plain values are built.
 *
 * @param source - stays the caller's, and open as long as values are read
 * @throws {@link SlnetError} `bad-input` where the file is broken; `unsupported` where it is another kind of file
 */
export async function readTorchFile(source: ByteSource): Promise<TorchFile> {
  const head = await source.read(0, 4);
  return head[0] === 0x50 ? readZip(source, await openZip(source)) : readLegacy(source);
}

async function readZip(source: ByteSource, zip: ZipFolder): Promise<TorchFile> {
  const { name } = source;
  const paths = [...zip.paths];
  const pickles = paths.filter((path) => /^[^/]+\/data\.pkl$/.test(path));
  if (pickles.length !== 1) {
    throw new SlnetError(
      "unsupported",
      `${name} is a zip archive without data.pkl and rdf.yaml, expected one that PyTorch saved, or a package of the BioImage Model Zoo`,
    );
  }
  const folder = pickles[0].slice(0, -"data.pkl".length);
  const whole = async (path: string, largest: number): Promise<Uint8Array<ArrayBuffer>> => {
    const entry = await zip.open(path);
    if (!entry) throw new SlnetError("bad-input", `${name} has no ${path}; the file is broken`);
    if (entry.size > largest) {
      throw new SlnetError("unsupported", `${entry.name} has ${entry.size} bytes, expected at most ${largest}`);
    }
    return readExactly(entry, 0, entry.size);
  };
  const order = paths.includes(`${folder}byteorder`) ? decoded(await whole(`${folder}byteorder`, 16)) : "little";
  const { value } = readPickle(await whole(`${folder}data.pkl`, largestPickle), torchMakers(name), name);
  const codePaths = paths.filter((path) => path.startsWith(`${folder}code/`) && path.endsWith(".py"));
  let code = "";
  for (const path of codePaths) {
    code += decoded(await whole(path, largestCode));
    if (code.length > largestCode) {
      throw new SlnetError("unsupported", `${name} has over ${largestCode} bytes of code; it is no SLNet`);
    }
  }
  return {
    name,
    form: codePaths.length > 0 || paths.includes(`${folder}constants.pkl`) ? "script" : "zip",
    root: value,
    code,
    values: async (tensor) => {
      const { storage } = tensor;
      const path = `${folder}data/${storage.key}`;
      const bytes = await whole(path, storage.bytes);
      if (bytes.length !== storage.bytes) {
        throw new SlnetError("bad-input", `${path} in ${name} has ${bytes.length} bytes, expected ${storage.bytes}`);
      }
      return tensorValues(tensor, bytes, order !== "big");
    },
  };
}

/**
 * The old form: pickles of the magic number, the protocol, the machine, what was saved and the keys of the storages,
 * and then of each storage the number of its elements (64 bits) and its bytes.
 */
async function readLegacy(source: ByteSource): Promise<TorchFile> {
  const { name } = source;
  if (source.size > largestPickle) {
    throw new SlnetError(
      "unsupported",
      `${name} has ${source.size} bytes, expected at most ${largestPickle}; it is no SLNet`,
    );
  }
  const bytes = await readExactly(source, 0, source.size);
  const storages = new Map<string, TorchStorage>();
  const makers = torchMakers(name, storages);
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = readPickle(bytes, makers, name, at);
    at = end;
    return value;
  };
  if (next() !== legacyMagic)
    throw new SlnetError("unsupported", `${name} is a pickle, expected one that PyTorch saved`);
  const protocol = next();
  if (protocol !== legacyProtocol) {
    throw new SlnetError("unsupported", `${name} has another protocol of PyTorch, expected ${legacyProtocol}`);
  }
  const machine = next();
  const littleEndian = !(machine instanceof Map && machine.get("little_endian") === false);
  const root = next();
  const keys = next();
  const view = new DataView(bytes.buffer);
  const places = new Map<string, Uint8Array>();
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage) throw new SlnetError("bad-input", `${name} lists a storage that no tensor has; the file is broken`);
    const start = at + 8;
    if (!(start + storage.bytes <= bytes.length) || Number(view.getBigInt64(at, littleEndian)) !== storage.length) {
      throw new SlnetError("bad-input", `${name} ends before its tensors do, or has others than it says; it is broken`);
    }
    at = start + storage.bytes;
    places.set(storage.key, bytes.subarray(start, at));
  }
  return {
    name,
    form: "legacy",
    root,
    code: "",
    values: (tensor) => {
      const place = places.get(tensor.storage.key);
      return place
        ? Promise.resolve(tensorValues(tensor, place, littleEndian))
        : Promise.reject(new SlnetError("bad-input", `${name} has a tensor without values; the file is broken`));
    },
  };
}

function torchMakers(name: string, storages = new Map<string, TorchStorage>()): PickleMakers {
  return {
    find(id) {
      const found = storageOf(id, name);
      const known = storages.get(found.key);
      if (known && (known.type !== found.type || known.length !== found.length)) {
        throw new SlnetError("bad-input", `${name} describes the storage ${found.key} in two ways; the file is broken`);
      }
      storages.set(found.key, known ?? found);
      return known ?? found;
    },
    make(maker, args) {
      switch (maker.toString()) {
        case "torch._utils._rebuild_tensor":
        case "torch._utils._rebuild_tensor_v2":
          return tensorOf(args, name);
        case "torch._utils._rebuild_parameter":
        case "torch.Size":
        case "torch.jit._pickle.build_intlist":
        case "torch.jit._pickle.build_doublelist":
        case "torch.jit._pickle.build_boollist":
        case "torch.jit._pickle.build_tensorlist":
          return args[0];
        case "collections.OrderedDict":
          return new Map(pairsOf(args[0]));
        default:
          return undefined;
      }
    },
  };
}

function pairsOf(items: PickleValue | undefined): [PickleValue, PickleValue][] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((pair) => (Array.isArray(pair) && pair.length === 2 ? [[pair[0], pair[1]]] : []));
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).trim();
}
