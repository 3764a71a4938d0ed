// The two passes of a training step over the pixels of a batch of crops. For one crop x [n, pixels],
//
//     D = relu(W·x + b)
//     loss = Σ |M·D − x| + α · Σ relu(x − D) + Σ relu(D − x)
//
// where M [n, n] shrinks the singular values of D and follows from D·Dᵀ. Between the passes the host does that algebra
// in 64 bits. With g = sign(M·D − x), E = basis·D, x_n = 1, and q what dloss/dD is without the part through M,
//
//     compareOutputs     Σ E·Eᵀ, Σ relu(x − D), Σ relu(D − x), number of x > D
//     slopeOutputs       Σ |M·D − x|, Σ g·Eᵀ, Σ q·xᵀ, Σ [D_j > 0] · E_k · x_i
//
// E instead of D: the rows of D are nearly the same picture, so the smallest singular values, near 1/800 of the
// largest, are small differences of large 32-bit sums. The rows of E are nearly uncorrelated, and each sum is as exact
// as its own size asks for. On the golden steps the gradient was off by up to 2.4e-6 without this, and 1.5e-7 with it.
//
// A workgroup writes its sums, the host adds them up. The host writes these in front: frames (n), sampleBits (8, 16
// or 32).

struct Crops {
  // Of a frame, in samples.
  framePixels: u32,
  width: u32,
  top: u32,
  left: u32,
  side: u32,
  // That one workgroup sums over.
  tiles: u32,
  // Sums wanted of the second pass: only the first, or all.
  slopeOutputs: u32,
  sparsityWeight: f32,
  // x = (sample − shift) · scale
  shift: f32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read> samples: array<u32>;    // [frames, height, width], as stored
@group(0) @binding(1) var<storage, read> windows: array<u32>;    // [items, n]
@group(0) @binding(2) var<uniform> crops: Crops;
@group(0) @binding(3) var<storage, read> network: array<f32>;    // W [n, n], b [n]
@group(0) @binding(4) var<storage, read> bases: array<f32>;      // [items, n, n]
@group(0) @binding(5) var<storage, read> shrinkages: array<f32>; // M [items, n, n]
@group(0) @binding(6) var<storage, read_write> sums: array<f32>; // [items, workgroups of an item, outputs]

const tile = 64u;
const square = frames * frames;

// Rows of a tile, in `rows`: x, then 1, then E, then more.
const onesRow = frames;
const basisRows = frames + 1u;
const moreRows = 2u * frames + 1u;
var<workgroup> rows: array<f32, (3u * frames + 2u) * tile>;

// Factors 1, 0, −1 of a tile: bit j for 1, bit 16 + j for −1.
const always = 0u;
const signs = 1u;
const positive = 2u;
var<workgroup> factors: array<u32, 3u * tile>;

var<private> x: array<f32, frames>;
var<private> d: array<f32, frames>;

fn sample(index: u32) -> f32 {
  if (sampleBits == 32u) {
    return bitcast<f32>(samples[index]);
  }
  let perWord = 32u / sampleBits;
  return f32((samples[index / perWord] >> (index % perWord * sampleBits)) & ((1u << (sampleBits & 31u)) - 1u));
}

// Fills x, d and the rows that both passes read. Outside of the crop all are 0, and then so is every product.
fn load(item: u32, pixel: u32, lane: u32) {
  let inside = pixel < crops.side * crops.side;
  let at = (crops.top + pixel / crops.side) * crops.width + crops.left + pixel % crops.side;
  for (var i = 0u; i < frames; i++) {
    x[i] = 0.0;
    if (inside) {
      x[i] = (sample(windows[item * frames + i] * crops.framePixels + at) - crops.shift) * crops.scale;
    }
    rows[i * tile + lane] = x[i];
  }
  rows[onesRow * tile + lane] = 1.0;
  factors[always * tile + lane] = 1u;
  for (var j = 0u; j < frames; j++) {
    var z = network[square + j];
    for (var i = 0u; i < frames; i++) {
      z += network[j * frames + i] * x[i];
    }
    d[j] = select(0.0, max(z, 0.0), inside);
  }
  for (var k = 0u; k < frames; k++) {
    var e = 0.0;
    for (var j = 0u; j < frames; j++) {
      e += bases[item * square + k * frames + j] * d[j];
    }
    rows[(basisRows + k) * tile + lane] = e;
  }
}

// Σ factor · a · b over the tile, in four sums side by side. Each invocation begins at another place, so that those
// with different rows do not all want the same bank of the workgroup's memory.
fn sumOfProducts(kind: u32, bit: u32, a: u32, b: u32, lane: u32) -> f32 {
  var total = vec4<f32>(0.0);
  for (var quad = 0u; quad < tile / 4u; quad++) {
    let p = (quad + lane) % (tile / 4u) * 4u;
    let bits = vec4<u32>(
      factors[kind * tile + p],
      factors[kind * tile + p + 1u],
      factors[kind * tile + p + 2u],
      factors[kind * tile + p + 3u],
    );
    let one = vec4<f32>((bits >> vec4<u32>(bit)) & vec4<u32>(1u));
    let minusOne = vec4<f32>((bits >> vec4<u32>(bit + 16u)) & vec4<u32>(1u));
    let u = vec4<f32>(rows[a * tile + p], rows[a * tile + p + 1u], rows[a * tile + p + 2u], rows[a * tile + p + 3u]);
    let v = vec4<f32>(rows[b * tile + p], rows[b * tile + p + 1u], rows[b * tile + p + 2u], rows[b * tile + p + 3u]);
    total += (one - minusOne) * (u * v);
  }
  return (total.x + total.y) + (total.z + total.w);
}

const compareOutputs = square + 3u;

@compute @workgroup_size(64)
fn compare(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  var totals: array<f32, (compareOutputs + tile - 1u) / tile>;
  for (var step = 0u; step < crops.tiles; step++) {
    load(group.y, (group.x * crops.tiles + step) * tile + lane, lane);
    var sparse = 0.0;
    var residual = 0.0;
    var kept = 0.0;
    for (var j = 0u; j < frames; j++) {
      let above = x[j] - d[j];
      sparse += max(above, 0.0);
      residual += max(-above, 0.0);
      kept += select(0.0, 1.0, above > 0.0);
    }
    rows[moreRows * tile + lane] = sparse;
    rows[(moreRows + 1u) * tile + lane] = residual;
    // x is not needed any more, and with one frame there are no more rows than these.
    rows[lane] = kept;
    workgroupBarrier();
    for (var output = lane; output < compareOutputs; output += tile) {
      var a = basisRows + output / frames;
      var b = basisRows + output % frames;
      if (output >= square) {
        a = select(moreRows + output - square, 0u, output == square + 2u);
        b = onesRow;
      }
      totals[output / tile] += sumOfProducts(always, 0u, a, b, lane);
    }
    workgroupBarrier();
  }
  for (var output = lane; output < compareOutputs; output += tile) {
    sums[(group.y * groups.x + group.x) * compareOutputs + output] = totals[output / tile];
  }
}

const slopeStart = 1u + square;
const maskedStart = slopeStart + frames * (frames + 1u);
const slopeOutputs = maskedStart + square * (frames + 1u);

@compute @workgroup_size(64)
fn differentiate(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  var totals: array<f32, (slopeOutputs + tile - 1u) / tile>;
  for (var step = 0u; step < crops.tiles; step++) {
    load(group.y, (group.x * crops.tiles + step) * tile + lane, lane);
    storeSlopes(group.y, lane);
    workgroupBarrier();
    for (var output = lane; output < crops.slopeOutputs; output += tile) {
      totals[output / tile] += slopeSum(output, lane);
    }
    workgroupBarrier();
  }
  for (var output = lane; output < crops.slopeOutputs; output += tile) {
    sums[(group.y * groups.x + group.x) * crops.slopeOutputs + output] = totals[output / tile];
  }
}

// Rows q and Σ_j |M·D − x|, factors g and D > 0.
fn storeSlopes(item: u32, lane: u32) {
  var g: array<f32, frames>;
  var signBits = 0u;
  var positiveBits = 0u;
  var difference = 0.0;
  for (var j = 0u; j < frames; j++) {
    var error = -x[j];
    for (var k = 0u; k < frames; k++) {
      error += shrinkages[item * square + j * frames + k] * d[k];
    }
    difference += abs(error);
    g[j] = sign(error);
    signBits |= select(0u, 1u, error > 0.0) << j;
    signBits |= select(0u, 0x10000u, error < 0.0) << j;
    positiveBits |= select(0u, 1u, d[j] > 0.0) << j;
  }
  for (var j = 0u; j < frames; j++) {
    var slope = 0.0;
    if (d[j] > 0.0) {
      for (var k = 0u; k < frames; k++) {
        slope += shrinkages[item * square + j * frames + k] * g[k];
      }
      let above = x[j] - d[j];
      slope += select(select(0.0, 1.0, above < 0.0), -crops.sparsityWeight, above > 0.0);
    }
    rows[(moreRows + j) * tile + lane] = slope;
  }
  rows[(moreRows + frames) * tile + lane] = difference;
  factors[signs * tile + lane] = signBits;
  factors[positive * tile + lane] = positiveBits;
}

fn slopeSum(output: u32, lane: u32) -> f32 {
  if (output == 0u) {
    return sumOfProducts(always, 0u, moreRows + frames, onesRow, lane);
  }
  if (output < slopeStart) {
    let at = output - 1u;
    return sumOfProducts(signs, at / frames, basisRows + at % frames, onesRow, lane);
  }
  if (output < maskedStart) {
    let at = output - slopeStart;
    return sumOfProducts(always, 0u, moreRows + at / (frames + 1u), at % (frames + 1u), lane);
  }
  let at = output - maskedStart;
  let k = at / (frames + 1u) % frames;
  return sumOfProducts(positive, at / (square + frames), basisRows + k, at % (frames + 1u), lane);
}
