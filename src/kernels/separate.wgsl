// Low-rank and sparse part of some frames, four pixels at a time. For a window x of n frames and its channel c,
//
//     L = max(0, Σ_k W_ck · x_k + offset_c) + pedestal
//     S = max(0, x_c − L)
//
// in ADU. The host writes these in front: frames (n), sparseForm and lowRankForm (0 not wanted, 1 uint16, 2 float32),
// Packed (four samples as they are stored) and unpack.

struct Band {
  // Of one frame: groups of four pixels, and pixels, fewer than 4 · quads where the last group is not full.
  quads: u32,
  pixels: u32,
  // Where L starts in `parts`.
  lowRankStart: u32,
  sparseOffset: f32,
  lowRankOffset: f32,
}

@group(0) @binding(0) var<storage, read> ring: array<Packed>;     // [slots, quads]
@group(0) @binding(1) var<storage, read> items: array<u32>;       // [items, n + 1]: n slots and the channel
@group(0) @binding(2) var<storage, read> map: array<f32>;         // W [n, n], offset [n], pedestal
@group(0) @binding(3) var<uniform> band: Band;
@group(0) @binding(4) var<storage, read_write> parts: array<vec2<u32>>; // S [items, quads], then L
@group(0) @binding(5) var<storage, read_write> clipped: atomic<u32>;

// Writes one group; returns how many of its pixels did not fit.
fn write(form: u32, start: u32, at: u32, quad: u32, value: vec4<f32>) -> u32 {
  if (form == 2u) {
    parts[start + 2u * at] = bitcast<vec2<u32>>(value.xy);
    parts[start + 2u * at + 1u] = bitcast<vec2<u32>>(value.zw);
    return 0u;
  }
  // WGSL rounds ties to even.
  let rounded = round(value);
  let counts = vec4<u32>(clamp(rounded, vec4<f32>(0.0), vec4<f32>(65535.0)));
  parts[start + at] = vec2<u32>(counts.x | (counts.y << 16u), counts.z | (counts.w << 16u));
  let inside = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(band.pixels);
  let off = inside & ((rounded < vec4<f32>(0.0)) | (rounded > vec4<f32>(65535.0)));
  let ones = select(vec4<u32>(0u), vec4<u32>(1u), off);
  return ones.x + ones.y + ones.z + ones.w;
}

@compute @workgroup_size(64)
fn separate(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let quad = group.x * 64u + lane;
  var off = 0u;
  if (quad < band.quads) {
    let item = group.y * (frames + 1u);
    let channel = items[item + frames];
    var mapped = vec4<f32>(map[frames * frames + channel]);
    var own = vec4<f32>(0.0);
    for (var k = 0u; k < frames; k++) {
      let x = unpack(ring[items[item + k] * band.quads + quad]);
      mapped += map[channel * frames + k] * x;
      own = select(own, x, k == channel);
    }
    let low = max(mapped, vec4<f32>(0.0)) + map[frames * frames + frames];
    let at = group.y * band.quads + quad;
    if (sparseForm != 0u) {
      off += write(sparseForm, 0u, at, quad, max(own - low, vec4<f32>(0.0)) + band.sparseOffset);
    }
    if (lowRankForm != 0u) {
      off += write(lowRankForm, band.lowRankStart, at, quad, low + band.lowRankOffset);
    }
  }
  // Rare, so that one counter for all is not waited for.
  if (off > 0u) {
    atomicAdd(&clipped, off);
  }
}
