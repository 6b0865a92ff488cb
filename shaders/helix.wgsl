// Where the numbers of a helix lie in an array of any rank.
//
// Number n of a slab has the position p = n + shift on the helix. Two short tables place it: the element is
// inner[p % pitch] + outer[p / pitch] from the slab's base on, and a sum that is hugely negative is a gap. They carry the array's
// strides and the dilation.

struct Side {
  @align(16) scale: vec2f,    // of the real and of the imaginary part: conjugation, and 1 / N of the kernel
  pitch: u32,      // entries of the inner table
  end: u32,        // positions from here on hold nothing
  low: u32,        // numbers in [low, high) take part
  high: u32,
  parts: u32,      // reals of an element: 1 or 2
  places: u32,     // where the tables begin in `places`
  slabs: u32,      // where the list of slabs begins in `slabs`, and how many there are
  count: u32,
}

struct Slab {
  base: i32,       // element of helix position 0
  shift: i32,      // position of number 0
  kernel: u32,     // number of the first spectrum, or list of taps, that it is multiplied with
}

@group(0) @binding(0) var<uniform> sides: array<Side, 2>;     // of what is wound, and of what is unwound
@group(0) @binding(1) var<storage, read> places: array<i32>;
@group(0) @binding(2) var<storage, read> slabs: array<Slab>;
@group(0) @binding(3) var<storage, read> signal: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

const WOUND = 0u;
const UNWOUND = 1u;
const NOWHERE = -(1i << 29u);

/** The element of number n of a slab; at most NOWHERE if there is none. */
fn elementOf(n: u32, slab: Slab, side: u32) -> i32 {
  let s = sides[side];
  let p = u32(i32(n) + slab.shift);     // what lies before position 0 becomes huge
  if (n < s.low || n >= s.high || p >= s.end) { return NOWHERE; }
  let place = places[s.places + p % s.pitch] + places[s.places + s.pitch + p / s.pitch];
  if (place <= NOWHERE) { return NOWHERE; }
  return slab.base + place;
}

/** Number n of a slab of the signal, complex; 0 in a gap. */
fn load(n: u32, slab: Slab) -> vec2f {
  let e = elementOf(n, slab, WOUND);
  if (e <= NOWHERE) { return vec2f(); }
  let s = sides[WOUND];
  if (s.parts == 1u) { return vec2f(signal[e] * s.scale.x, 0); }
  return s.scale * vec2f(signal[2 * e], signal[2 * e + 1]);
}

/** Stores number n of a slab of the result, if it is wanted. */
fn store(v: vec2f, n: u32, slab: Slab) {
  let e = elementOf(n, slab, UNWOUND);
  if (e <= NOWHERE) { return; }
  if (sides[UNWOUND].parts == 1u) {
    result[e] = v.x;
  } else {
    result[2 * e] = v.x;
    result[2 * e + 1] = v.y;
  }
}
