// Between the column passes of a long circular convolution: FFTs of rows, products with the kernel's spectrum, and FFTs of the conjugate.
//
//   Y[o] = Σ X[i] W[k]        over the pairs (i, k) of slabs, and of channels, that belong to output slab o

@group(0) @binding(9) var<storage, read> spectrum: array<vec2f>;         // the kernel's: [slab, row, column], 1/M in it
@group(0) @binding(10) var<storage, read> pairs: array<u32>;             // inputs, outputs, where the pairs of each output begin, and the pairs
@group(0) @binding(11) var<storage, read_write> products: array<vec2f>;  // [slab, row, column]

/** Conjugates of Σ X[i] W[k] at the points `point` + q STEP of an output slab; a slab's spectrum has `size` points. */
fn sumsOfProducts(slab: u32, point: u32, size: u32) -> Eight {
  let inputs = pairs[0];
  let outputs = pairs[1];
  let x = slab / outputs * inputs;
  let w = slabs[sides[UNWOUND].slabs + slab].kernel;
  var sum: Eight;
  for (var p = pairs[2u + slab % outputs]; p < pairs[3u + slab % outputs]; p += 2u) {
    let i = (x + pairs[p]) * size + point;
    let k = (w + pairs[p + 1u]) * size + point;
    for (var q = 0u; q < 8u; q++) { sum[q] += mul(data[i + q * STEP], spectrum[k + q * STEP]); }
  }
  for (var q = 0u; q < 8u; q++) { sum[q] = conj(sum[q]); }
  return sum;
}

/** Rows of slabs, in place. */
@compute @workgroup_size(THREADS)
fn transform(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let j = threadOf(id);
  let row = group.x * LANES + laneOf(id);
  let start = (group.y * COLUMN + row) * ROW + j;
  var v: Eight;
  for (var q = 0u; q < 8u; q++) { v[q] = data[start + q * STEP]; }
  v = fft(v, j, laneOf(id));
  for (var q = 0u; q < 8u; q++) { data[start + q * STEP] = v[q]; }
}

/** Slab by slab, in place: there, product with the one spectrum of its group, and back. */
@compute @workgroup_size(THREADS)
fn multiply(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let j = threadOf(id);
  let lane = laneOf(id);
  let row = group.x * LANES + lane;
  let start = (group.y * COLUMN + row) * ROW + j;
  let kernel = (slabs[sides[UNWOUND].slabs + group.y].kernel * COLUMN + row) * ROW + j;
  var v: Eight;
  for (var q = 0u; q < 8u; q++) { v[q] = data[start + q * STEP]; }
  v = fft(v, j, lane);
  for (var q = 0u; q < 8u; q++) { v[q] = conj(mul(v[q], spectrum[kernel + q * STEP])); }
  v = fft(v, j, lane);
  let w = turns(perColumn(row) * j, perColumn(row) * STEP);
  for (var q = 0u; q < 8u; q++) { data[start + q * STEP] = mul(v[q], w[q]); }
}

/** Output slabs: the sum of products, and back. */
@compute @workgroup_size(THREADS)
fn accumulate(@builtin(local_invocation_index) id: u32, @builtin(workgroup_id) group: vec3u) {
  let j = threadOf(id);
  let lane = laneOf(id);
  let row = group.x * LANES + lane;
  let start = row * ROW + j;
  let v = fft(sumsOfProducts(group.y, start, COLUMN * ROW), j, lane);
  let w = turns(perColumn(row) * j, perColumn(row) * STEP);
  for (var q = 0u; q < 8u; q++) { products[group.y * COLUMN * ROW + start + q * STEP] = mul(v[q], w[q]); }
}
