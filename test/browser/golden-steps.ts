/** Golden training steps, fetched from the test server. See test/golden/README.md. */
interface GoldenStep {
  readonly weights: string;
  readonly temporal_shifts: readonly number[];
  readonly items: readonly number[];
  readonly crop_centre_row_col: readonly [number, number];
  readonly crop_half: number;
  readonly rank: number;
  readonly mu: number;
  readonly alpha: number;
  readonly norm_type: number;
  readonly loss: number;
}

interface GoldenValues {
  readonly normalisation: {
    readonly max: number;
    readonly mean_float64: number;
    readonly std_float64_unbiased: number;
  };
  readonly steps: Readonly<Record<string, GoldenStep>>;
}

interface GoldenArray {
  readonly shape: readonly number[];
  readonly values: Float64Array | Float32Array | Uint16Array;
}

const folder = "/test/golden/";

async function fetchGolden(name: string): Promise<Response> {
  const response = await fetch(folder + name);
  if (!response.ok) throw new Error(`${folder}${name}: status ${response.status}`);
  return response;
}

export async function goldenValues(): Promise<GoldenValues> {
  return (await (await fetchGolden("values.json")).json()) as GoldenValues;
}

/** A NumPy array of version 1.0 in C order, of the types used here. */
export async function goldenArray(name: string): Promise<GoldenArray> {
  const buffer = await (await fetchGolden(`${name}.npy`)).arrayBuffer();
  const headerLength = new DataView(buffer).getUint16(8, true);
  const header = new TextDecoder("latin1").decode(new Uint8Array(buffer, 10, headerLength));
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const data = buffer.slice(10 + headerLength);
  switch (type) {
    case "<f8":
      return { shape, values: new Float64Array(data) };
    case "<f4":
      return { shape, values: new Float32Array(data) };
    case "<u2":
      return { shape, values: new Uint16Array(data) };
    default:
      throw new Error(`${name} has type ${type ?? "none"}`);
  }
}
