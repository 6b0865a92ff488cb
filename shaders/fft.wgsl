// Stockham's FFT of length N in workgroup memory, LANES of them side by side:  X[k] = Σ_n e^(-2πi nk/N) x[n]
//
// N is a power of two of at least 8, times up to three odd radices. Thread j of an FFT holds the values j + q STEP, q = 0..7, before and
// after. A stage of radix r turns FFTs of `done` points into FFTs of r done points:
//
//   X[kr(i, q)] = Σ_t e^(-2πi t (k + q done) / (r done)) x[i + t N/r]       k = i % done,  kr(i, q) = (i - k) r + k + q done

override N: u32;
override LANES: u32 = 1u;
override COLUMNS: bool = false;          // whether neighbouring threads hold the same value of neighbouring FFTs, or of one FFT
override PLANES: u32 = 2u;               // 2: real and imaginary parts are exchanged together; 1: one after the other, in half the memory
override ODD1: u32 = 1u;
override ODD2: u32 = 1u;
override ODD3: u32 = 1u;

override BINARY: u32 = N / (ODD1 * ODD2 * ODD3);
override FIRST: u32 = 2u << ((countTrailingZeros(BINARY) - 1u) % 3u);     // radix of the first stage, 2, 4 or 8; then all have radix 8
override STEP: u32 = N / 8u;
override THREADS: u32 = STEP * LANES;
override PLANE: u32 = N * LANES;
override MEMORY: u32 = PLANE * PLANES;

alias Eight = array<vec2f, 8>;
alias Places = array<u32, 8>;
alias Ten = array<vec2f, 10>;            // values of a thread in a stage of odd radix: three butterflies of radix 3, or two of radix 5
alias TenPlaces = array<u32, 10>;

/** e^(-2πi q/32) */
const THIRTYSECONDS = Eight(
  vec2f(1, 0), vec2f(0.98078528, -0.19509032), vec2f(0.92387953, -0.38268343), vec2f(0.83146961, -0.55557023),
  vec2f(0.70710678, -0.70710678), vec2f(0.55557023, -0.83146961), vec2f(0.38268343, -0.92387953), vec2f(0.19509032, -0.98078528));

@group(0) @binding(5) var<storage, read> roots: array<vec2f>;            // e^(-2πi n/N)
var<workgroup> memory: array<f32, MEMORY>;

fn laneOf(id: u32) -> u32 { return select(id / STEP, id % LANES, COLUMNS); }
fn threadOf(id: u32) -> u32 { return select(id % STEP, id / LANES, COLUMNS); }
fn slot(i: u32, lane: u32) -> u32 { return select(lane * N + i, i * LANES + lane, COLUMNS); }

/** Four DFTs of 2 points, two of 4 or one of 8: of the values q, q + 8/radix, q + 16/radix, … */
fn dft(x: Eight, radix: u32) -> Eight {
  let a = Eight(x[0] + x[4], x[1] + x[5], x[2] + x[6], x[3] + x[7], x[0] - x[4], x[1] - x[5], x[2] - x[6], x[3] - x[7]);
  if (radix == 2u) { return a; }
  let c = mulNegI(a[6]);
  let d = mulNegI(a[7]);
  let b = Eight(a[0] + a[2], a[1] + a[3], a[4] + c, a[5] + d, a[0] - a[2], a[1] - a[3], a[4] - c, a[5] - d);
  if (radix == 4u) { return b; }
  let s = sqrt(0.5);
  let e = s * (b[3] + mulNegI(b[3]));
  let f = mulNegI(b[5]);
  let g = s * (mulNegI(b[7]) - b[7]);
  return Eight(b[0] + b[1], b[2] + e, b[4] + f, b[6] + g, b[0] - b[1], b[2] - e, b[4] - f, b[6] - g);
}

/** Where the values of a thread go after a stage of `radix`, which left FFTs of radix · done points. */
fn after(j: u32, lane: u32, done: u32, radix: u32) -> Places {
  var to: Places;
  let spread = 8u / radix;
  for (var q = 0u; q < 8u; q++) {
    let i = j + q % spread * STEP;
    let k = i & (done - 1u);
    to[q] = slot((i - k) * radix + k + q / spread * done, lane);
  }
  return to;
}

/** The thread's own places. */
fn own(j: u32, lane: u32) -> Places {
  var at: Places;
  for (var q = 0u; q < 8u; q++) { at[q] = slot(j + q * STEP, lane); }
  return at;
}

/** Real parts, and imaginary parts if there are planes for both; afterwards every thread may read them. */
fn share(x: Eight, to: Places) {
  workgroupBarrier();
  for (var q = 0u; q < 8u; q++) {
    memory[to[q]] = x[q].x;
    if (PLANES == 2u) { memory[PLANE + to[q]] = x[q].y; }
  }
  workgroupBarrier();
}

/** Imaginary parts, in the place of the real ones. */
fn shareImaginary(x: Eight, to: Places) {
  workgroupBarrier();
  for (var q = 0u; q < 8u; q++) { memory[to[q]] = x[q].y; }
  workgroupBarrier();
}

fn exchange(x: Eight, to: Places, back: Places) -> Eight {
  var v: Eight;
  share(x, to);
  for (var q = 0u; q < 8u; q++) {
    v[q].x = memory[back[q]];
    if (PLANES == 2u) { v[q].y = memory[PLANE + back[q]]; }
  }
  if (PLANES == 1u) {
    shareImaginary(x, to);
    for (var q = 0u; q < 8u; q++) { v[q].y = memory[back[q]]; }
  }
  return v;
}

/** w^0, …, w^7 from w, w^2 and w^4: three numbers from a table are exact to rounding, and products of them nearly so. */
fn powers(w: vec2f, w2: vec2f, w4: vec2f) -> Eight {
  let w3 = mul(w, w2);
  return Eight(vec2f(1, 0), w, w2, w3, w4, mul(w, w4), mul(w2, w4), mul(w3, w4));
}

/** A stage of radix 8 after one of `radix`, which left FFTs of length radix · done. */
fn stage(x: Eight, j: u32, lane: u32, done: u32, radix: u32) -> Eight {
  var v = exchange(x, after(j, lane, done, radix), own(j, lane));
  let turn = (j & (done * radix - 1u)) * (N / (8u * done * radix));
  let w = powers(roots[turn], roots[2u * turn], roots[4u * turn]);
  for (var q = 1u; q < 8u; q++) { v[q] = mul(v[q], w[q]); }
  return dft(v, 8u);
}

/** DFTs of 3 points. */
fn dft3(x: Ten) -> Ten {
  var y = x;
  for (var k = 0u; k < 9u; k += 3u) {
    let sum = x[k + 1u] + x[k + 2u];
    let a = x[k] - 0.5 * sum;
    let b = 0.86602540 * mulNegI(x[k + 1u] - x[k + 2u]);
    y[k] = x[k] + sum;
    y[k + 1u] = a + b;
    y[k + 2u] = a - b;
  }
  return y;
}

/** DFTs of 5 points. */
fn dft5(x: Ten) -> Ten {
  var y = x;
  for (var k = 0u; k < 10u; k += 5u) {
    let outer = x[k + 1u] + x[k + 4u];
    let inner = x[k + 2u] + x[k + 3u];
    let p = mulNegI(x[k + 1u] - x[k + 4u]);
    let r = mulNegI(x[k + 2u] - x[k + 3u]);
    let a = x[k] + 0.30901699 * outer - 0.80901699 * inner;
    let b = x[k] - 0.80901699 * outer + 0.30901699 * inner;
    let c = 0.95105652 * p + 0.58778525 * r;
    let d = 0.58778525 * p - 0.95105652 * r;
    y[k] = x[k] + outer + inner;
    y[k + 1u] = a + c;
    y[k + 2u] = b + d;
    y[k + 3u] = b - d;
    y[k + 4u] = a - c;
  }
  return y;
}

/**
 * Places of the butterflies of radix r that a thread has, j, j + STEP, … < N / r: value k is number k % r of the (k / r)-th; PLANE if there is none.
 * They are those after a stage on FFTs of `done` points; those before it are the same with done = N / r.
 */
fn butterflies(j: u32, lane: u32, done: u32, r: u32) -> TenPlaces {
  var at: TenPlaces;
  for (var k = 0u; k < 10u; k++) {
    let i = j + k / r * STEP;
    at[k] = select(PLANE, slot(i % done + (i / done * r + k % r) * done, lane), i < N / r);
  }
  return at;
}

/** A stage of radix r = 3 or 5 after FFTs of `done` points; `to` is where their values go. */
fn odd(x: Eight, j: u32, lane: u32, to: Places, done: u32, r: u32) -> Eight {
  let z = butterfly(take(x, to, butterflies(j, lane, N / r, r)), j, done, r);
  return giveBack(z, butterflies(j, lane, done, r), own(j, lane));
}

fn butterfly(x: Ten, j: u32, done: u32, r: u32) -> Ten {
  var z = x;
  for (var k = 0u; k < 10u; k++) {
    let turn = (j + k / r * STEP) % done * (N / (r * done));
    if (k % r > 0u) { z[k] = mul(z[k], roots[k % r * turn]); }
  }
  if (r == 3u) { return dft3(z); }
  return dft5(z);
}

/** exchange(), to the butterflies of an odd radix. */
fn take(x: Eight, to: Places, at: TenPlaces) -> Ten {
  var z: Ten;
  share(x, to);
  for (var k = 0u; k < 10u; k++) {
    if (at[k] == PLANE) { continue; }
    z[k].x = memory[at[k]];
    if (PLANES == 2u) { z[k].y = memory[PLANE + at[k]]; }
  }
  if (PLANES == 1u) {
    shareImaginary(x, to);
    for (var k = 0u; k < 10u; k++) { if (at[k] < PLANE) { z[k].y = memory[at[k]]; } }
  }
  return z;
}

/** exchange(), from the butterflies of an odd radix. */
fn giveBack(z: Ten, to: TenPlaces, back: Places) -> Eight {
  var v: Eight;
  workgroupBarrier();
  for (var k = 0u; k < 10u; k++) {
    if (to[k] == PLANE) { continue; }
    memory[to[k]] = z[k].x;
    if (PLANES == 2u) { memory[PLANE + to[k]] = z[k].y; }
  }
  workgroupBarrier();
  for (var q = 0u; q < 8u; q++) {
    v[q].x = memory[back[q]];
    if (PLANES == 2u) { v[q].y = memory[PLANE + back[q]]; }
  }
  if (PLANES == 1u) {
    workgroupBarrier();
    for (var k = 0u; k < 10u; k++) { if (to[k] < PLANE) { memory[to[k]] = z[k].y; } }
    workgroupBarrier();
    for (var q = 0u; q < 8u; q++) { v[q].y = memory[back[q]]; }
  }
  return v;
}

fn fft(x: Eight, j: u32, lane: u32) -> Eight {
  var v = dft(x, FIRST);
  if (BINARY > FIRST) { v = stage(v, j, lane, 1u, FIRST); }
  if (BINARY > FIRST * 8u) { v = stage(v, j, lane, FIRST, 8u); }
  if (BINARY > FIRST * 64u) { v = stage(v, j, lane, FIRST * 8u, 8u); }
  if (ODD1 > 1u) {
    let last = select(8u, FIRST, BINARY == FIRST);
    v = odd(v, j, lane, after(j, lane, BINARY / last, last), BINARY, ODD1);
  }
  if (ODD2 > 1u) { v = odd(v, j, lane, own(j, lane), BINARY * ODD1, ODD2); }
  if (ODD3 > 1u) { v = odd(v, j, lane, own(j, lane), BINARY * ODD1 * ODD2, ODD3); }
  return v;
}
