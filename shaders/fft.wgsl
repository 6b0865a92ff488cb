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

/** A stage of radix 8 after one of `radix`, which left FFTs of length radix · done. */
fn stage(x: Eight, j: u32, lane: u32, done: u32, radix: u32) -> Eight {
  var v = exchange(x, after(j, lane, done, radix), own(j, lane));
  let turn = (j & (done * radix - 1u)) * (N / (8u * done * radix));
  for (var q = 1u; q < 8u; q++) { v[q] = mul(v[q], roots[q * turn]); }
  return dft(v, 8u);
}

/** A stage of an odd radix r, as a plain sum, after FFTs of `done` points; `to` is where their values go. */
fn odd(x: Eight, j: u32, lane: u32, to: Places, done: u32, r: u32) -> Eight {
  var v: Eight;
  let length = r * done;
  share(x, to);
  for (var q = 0u; q < 8u; q++) {
    let k = (j + q * STEP) % length;
    let i = (j + q * STEP) / length * done + k % done;
    for (var t = 0u; t < r; t++) {
      let w = roots[t * k * (N / length) % N];
      let at = slot(i + t * (N / r), lane);
      v[q] += memory[at] * w;
      if (PLANES == 2u) { v[q] += memory[PLANE + at] * mulI(w); }
    }
  }
  if (PLANES == 1u) {
    shareImaginary(x, to);
    for (var q = 0u; q < 8u; q++) {
      let k = (j + q * STEP) % length;
      let i = (j + q * STEP) / length * done + k % done;
      for (var t = 0u; t < r; t++) { v[q] += memory[slot(i + t * (N / r), lane)] * mulI(roots[t * k * (N / length) % N]); }
    }
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
