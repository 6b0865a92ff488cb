// Direct sums along a strip, on which one operand is wound with its gaps:  y[n] = Σ_c Σ_k w[c, k] x[c, n - lag_k]
//
// A workgroup computes TILE outputs. Taps whose lags are near each other, at most 64 of them, go together: the stretch of x that they meet is
// read into workgroup memory once, and their partial sum is added to the total.

override THREADS: u32;
override PARTS: u32 = 1u;                // 2: complex; the planes of real and imaginary parts lie one behind the other
override TILE: u32 = 8u * THREADS;
override REACH: u32 = TILE;              // the largest lag of a group's taps beyond the smallest
override PLANE: u32 = TILE + REACH;
override MEMORY: u32 = PLANE * PARTS;

alias Eight = array<vec2f, 8>;

struct Strips {
  length: u32,                           // numbers of a strip
  channels: u32,                         // strips, and lists of taps, that an output sums
  groups: u32,
  taps: u32,
  outputs: u32,                          // of a round, which has `channels` strips
}
struct Group { first: u32, last: u32, begin: u32, end: u32 }     // the largest lag and the smallest; taps begin, …, end - 1

@group(0) @binding(5) var<storage, read_write> strips: array<f32>;       // [slab, part, number]
@group(0) @binding(6) var<storage, read> lags: array<u32>;
@group(0) @binding(7) var<storage, read> groups: array<Group>;
@group(0) @binding(8) var<storage, read> taps: array<f32>;               // [list, tap, part]
@group(0) @binding(9) var<uniform> strip: Strips;
var<workgroup> memory: array<f32, MEMORY>;

@compute @workgroup_size(THREADS)
fn wind(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= strip.length) { return; }
  let v = load(n, slabs[sides[WOUND].slabs + id.y]);
  strips[id.y * PARTS * strip.length + n] = v.x;
  if (PARTS == 2u) { strips[(id.y * PARTS + 1u) * strip.length + n] = v.y; }
}

@compute @workgroup_size(THREADS)
fn sums(@builtin(local_invocation_index) j: u32, @builtin(workgroup_id) group: vec3u) {
  let first = sides[UNWOUND].low + group.x * TILE;
  let slab = slabs[sides[UNWOUND].slabs + group.y];
  let x = group.y / strip.outputs * strip.channels;
  var y: Eight;
  for (var c = 0u; c < strip.channels; c++) {
    let start = (x + c) * PARTS * strip.length;
    let list = (slab.kernel + c) * strip.taps;
    for (var g = 0u; g < strip.groups; g++) {
      let taken = groups[g];
      workgroupBarrier();
      for (var i = j; i < TILE + taken.first - taken.last; i += THREADS) {
        let n = first + i - taken.first;
        let inside = n < strip.length;
        memory[i] = select(0, strips[start + min(n, strip.length - 1u)], inside);
        if (PARTS == 2u) { memory[PLANE + i] = select(0, strips[start + strip.length + min(n, strip.length - 1u)], inside); }
      }
      workgroupBarrier();
      var part = Eight();
      for (var k = taken.begin; k < taken.end; k++) {
        let at = taken.first - lags[k] + j;
        if (PARTS == 1u) {
          let w = taps[list + k];
          for (var q = 0u; q < 8u; q++) { part[q].x += w * memory[at + q * THREADS]; }
        } else {
          let w = vec2f(taps[2u * (list + k)], taps[2u * (list + k) + 1u]);
          for (var q = 0u; q < 8u; q++) {
            part[q] += memory[at + q * THREADS] * w + memory[PLANE + at + q * THREADS] * mulI(w);
          }
        }
      }
      for (var q = 0u; q < 8u; q++) { y[q] += part[q]; }
    }
  }
  for (var q = 0u; q < 8u; q++) { store(y[q], first + j + q * THREADS, slab); }
}
