// Circular convolutions of N = ROW points that fit into workgroup memory whole: one pass, with winding, product and unwinding in it.
// LANES slabs in a workgroup; those beyond the last are zero and are stored nowhere.

fn windWhole(slab: u32, j: u32) -> Eight {
  var v: Eight;
  if (slab >= sides[WOUND].count) { return v; }
  let s = slabs[sides[WOUND].slabs + slab];
  for (var q = 0u; q < 8u; q++) {
    let n = j + q * STEP;
    v[q] = load(n, s);
    if (REAL) { v[q].y = load(n + N, s).x; }
  }
  return twist(v, fine[j]);
}

fn unwindWhole(v: Eight, slab: u32, j: u32) {
  if (slab >= sides[UNWOUND].count) { return; }
  let s = slabs[sides[UNWOUND].slabs + slab];
  let turned = twist(v, fine[j]);
  for (var q = 0u; q < 8u; q++) {
    let z = conj(turned[q]);
    store(z, j + q * STEP, s);
    if (REAL) { store(vec2f(z.y, 0), j + q * STEP + N, s); }
  }
}

/** Slab by slab. */
@compute @workgroup_size(THREADS)
fn convolve(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let j = threadOf(id);
  let lane = laneOf(id);
  let slab = group.x * LANES + lane;
  var v = fft(windWhole(slab, j), j, lane);
  if (slab < sides[UNWOUND].count) {
    let kernel = slabs[sides[UNWOUND].slabs + slab].kernel * N + j;
    for (var q = 0u; q < 8u; q++) { v[q] = conj(mul(v[q], spectrum[kernel + q * STEP])); }
  }
  unwindWhole(fft(v, j, lane), slab, j);
}

/** Spectra of slabs, of the kernel or to be summed. */
@compute @workgroup_size(THREADS)
fn spectra(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let j = threadOf(id);
  let lane = laneOf(id);
  let slab = group.x * LANES + lane;
  let v = fft(windWhole(slab, j), j, lane);
  if (slab >= sides[WOUND].count) { return; }
  for (var q = 0u; q < 8u; q++) { data[slab * N + j + q * STEP] = v[q]; }
}

/** Output slabs: the sum of products, back, and unwound. */
@compute @workgroup_size(THREADS)
fn sum(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let j = threadOf(id);
  let lane = laneOf(id);
  let slab = group.x * LANES + lane;
  var v: Eight;
  if (slab < sides[UNWOUND].count) { v = sumsOfProducts(slab, j, N); }
  unwindWhole(fft(v, j, lane), slab, j);
}
