// Outer products: kernels that are separable by construction.
import { rowMajor } from "../src/ndarray.js";
import type { Random } from "./random.js";

/** Numbers of a vector, in pairs if they are complex. */
export type Vector = readonly number[];

/** vectors[0][k_0] · vectors[1][k_1] · …, row-major; complex numbers are pairs, in the vectors as in the result. */
export function outerProduct(vectors: readonly Vector[], parts: 1 | 2): Float64Array {
  const shape = vectors.map((vector) => vector.length / parts);
  const dense = rowMajor(shape);
  const size = shape.reduce((n, m) => n * m, 1);
  const product = new Float64Array(parts * size);
  for (let k = 0; k < size; k++) {
    let [a, b] = [1, 0];
    vectors.forEach((vector, d) => {
      const i = Math.floor(k / (dense[d] as number)) % (shape[d] as number);
      const re = vector[parts * i] as number;
      const im = parts === 2 ? (vector[2 * i + 1] as number) : 0;
      [a, b] = [a * re - b * im, a * im + b * re];
    });
    product[parts * k] = a;
    if (parts === 2) product[2 * k + 1] = b;
  }
  return product;
}

/** A random outer product of real vectors. */
export const randomProduct = (random: Random, shape: readonly number[], parts: 1 | 2 = 1): Float64Array =>
  outerProduct(
    shape.map((n) => [...random.reals(parts * n)]),
    parts,
  );
