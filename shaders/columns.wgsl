// The first and the last pass of a long circular convolution, M = COLUMN ROW points: number n = row ROW + column. The forward pass winds and
// transforms columns, the inverse one transforms them and unwinds. Between them the spectrum is in the order that the passes leave:
// k = row + COLUMN column. The way back transforms the conjugate, conj(ifft(Y)) = fft(conj(Y)) / M.

override COLUMN: u32;
override ROW: u32;
override REAL: bool = true;              // 2 M real numbers, folded: z[n] = x[n] + i x[n + M]

@group(0) @binding(6) var<storage, read_write> data: array<vec2f>;       // [slab, row, column]
@group(0) @binding(7) var<storage, read> coarse: array<vec2f>;           // e^(-2πi n/(4 COLUMN))
@group(0) @binding(8) var<storage, read> fine: array<vec2f>;             // e^(-2πi n/(4 M)), n < ROW

/** e^(-2πi m/(4 M)) */
fn turn(m: u32) -> vec2f { return mul(coarse[m / ROW % (4u * COLUMN)], fine[m % ROW]); }

/**
 * The half of the twist e^(2πi n/(4 M)), which makes a folded convolution a circular one, that turns from row to row: for rows j + q STEP.
 * `first` is e^(-2πi j/(4 COLUMN)).
 */
fn twist(v: Eight, first: vec2f) -> Eight {
  if (!REAL) { return v; }
  var turned = v;
  for (var q = 0u; q < 8u; q++) { turned[q] = mulConj(v[q], mul(first, THIRTYSECONDS[q])); }
  return turned;
}

/** The twiddle between columns and rows, and the other half of the twist, is turn(perColumn(row) column). */
fn perColumn(row: u32) -> u32 { return 4u * (row + COLUMN) - u32(REAL); }

/** turn(m), turn(m + step), …, turn(m + 7 step) */
fn turns(m: u32, step: u32) -> Eight {
  let first = turn(m);
  var w = powers(turn(step), turn(2u * step), turn(4u * step));
  for (var q = 0u; q < 8u; q++) { w[q] = mul(first, w[q]); }
  return w;
}

@compute @workgroup_size(THREADS)
fn forward(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let lane = laneOf(id);
  let j = threadOf(id);
  let column = group.x * LANES + lane;
  let slab = slabs[sides[WOUND].slabs + group.y];
  var v: Eight;
  for (var q = 0u; q < 8u; q++) {
    let row = j + q * STEP;
    let n = row * ROW + column;
    v[q] = load(n, slab);
    if (REAL) { v[q].y = load(n + COLUMN * ROW, slab).x; }
  }
  v = fft(twist(v, coarse[j]), j, lane);
  let w = turns(perColumn(j) * column, 4u * STEP * column);
  for (var q = 0u; q < 8u; q++) {
    data[(group.y * COLUMN + j + q * STEP) * ROW + column] = mul(v[q], w[q]);
  }
}

@compute @workgroup_size(THREADS)
fn inverse(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let lane = laneOf(id);
  let j = threadOf(id);
  let column = group.x * LANES + lane;
  let slab = slabs[sides[UNWOUND].slabs + group.y];
  var v: Eight;
  for (var q = 0u; q < 8u; q++) { v[q] = data[(group.y * COLUMN + j + q * STEP) * ROW + column]; }
  v = twist(fft(v, j, lane), coarse[j]);
  for (var q = 0u; q < 8u; q++) {
    let n = (j + q * STEP) * ROW + column;
    let z = conj(v[q]);
    store(z, n, slab);
    if (REAL) { store(vec2f(z.y, 0), n + COLUMN * ROW, slab); }
  }
}
