// A rotated, anisotropic Gaussian of any rank: w[k] = exp(-½ kᵀ Σ⁻¹ k), Σ = R diag(σ²) Rᵀ, normalised to sum 1. Turned out of the
// axes, it is no product of 1-D filters: libraries that blur axis by axis cannot compute it.
import type { NdArray } from "helixconv";

export interface Rotation {
  /** The plane, as two axes, and the angle in it, in degrees. */
  plane: [number, number];
  degrees: number;
}

export function rotatedGaussian(shape: number[], sigma: number[], rotations: Rotation[]): NdArray<Float32Array> {
  const size = shape.reduce((product, n) => product * n, 1);
  const weights = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const local = rotate(centred(k, shape), rotations);
    weights[k] = Math.exp(-0.5 * local.reduce((sum, c, d) => sum + (c / (sigma[d] as number)) ** 2, 0));
  }
  const total = weights.reduce((sum, w) => sum + w, 0);
  return { data: Float32Array.from(weights, (w) => w / total), shape };
}

/** The index vector of element k, from the centre of the array. */
function centred(k: number, shape: number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let d = shape.length - 1; d >= 0; d--) {
    const n = shape[d] as number;
    index[d] = (k % n) - (n - 1) / 2;
    k = Math.floor(k / n);
  }
  return index;
}

function rotate(vector: number[], rotations: Rotation[]): number[] {
  const turned = [...vector];
  for (const { plane, degrees } of rotations) {
    const [a, b] = plane.map((axis) => turned[axis] as number) as [number, number];
    const angle = (degrees * Math.PI) / 180;
    turned[plane[0]] = a * Math.cos(angle) + b * Math.sin(angle);
    turned[plane[1]] = b * Math.cos(angle) - a * Math.sin(angle);
  }
  return turned;
}
