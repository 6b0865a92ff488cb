// The first and the last pass of a long circular convolution, M = COLUMN ROW points: number n = row ROW + column. The forward pass winds and
// transforms columns, the inverse one transforms them and unwinds. Between them the spectrum is in the order that the passes leave:
// k = row + COLUMN column. The way back transforms the conjugate, conj(ifft(Y)) = fft(conj(Y)) / M.

override COLUMN: u32;
override ROW: u32;
override REAL: bool = true;              // 2 M real numbers, folded: z[n] = x[n] + i x[n + M]

@group(0) @binding(6) var<storage, read_write> data: array<vec2f>;       // [slab, row, column]
@group(0) @binding(7) var<storage, read> coarse: array<vec2f>;           // e^(-2πi n/(4 COLUMN))
@group(0) @binding(8) var<storage, read> fine: array<vec2f>;             // e^(-2πi n/(4 M)), n < ROW

/** The half of the twist e^(2πi n/(4 M)), which makes a folded convolution a circular one, that turns from row to row. */
fn twist(v: vec2f, row: u32) -> vec2f {
  if (REAL) { return mulConj(v, coarse[row]); }
  return v;
}

/** The twiddle between columns and rows, and the other half of the twist. */
fn between(row: u32, column: u32) -> vec2f {
  let m = (4u * (row + COLUMN) - u32(REAL)) * column;
  return mul(coarse[m / ROW % (4u * COLUMN)], fine[m % ROW]);
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
    v[q] = twist(v[q], row);
  }
  v = fft(v, j, lane);
  for (var q = 0u; q < 8u; q++) {
    let row = j + q * STEP;
    data[(group.y * COLUMN + row) * ROW + column] = mul(v[q], between(row, column));
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
  v = fft(v, j, lane);
  for (var q = 0u; q < 8u; q++) {
    let row = j + q * STEP;
    let n = row * ROW + column;
    let z = conj(twist(v[q], row));
    store(z, n, slab);
    if (REAL) { store(vec2f(z.y, 0), n + COLUMN * ROW, slab); }
  }
}
