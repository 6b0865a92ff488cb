// What a classifier sees that knows only sums: logistic regression on the total energy and on the profile along each axis, by gradient
// descent on standardised features.
import { CELLS, SHAPE, type Showers } from "./showers.js";

const STEPS = 2000;
const RATE = 0.5;

/** Trains on one set; returns the accuracy on another. */
export function logisticAccuracy(training: Showers, heldOut: Showers): number {
  const features = featuresOf(training);
  const width = features[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, f) => features.map((row) => row[f] as number));
  const means = columns.map((column) => mean(column));
  const deviations = columns.map(
    (column, f) => Math.sqrt(mean(column.map((v) => (v - (means[f] as number)) ** 2))) || 1,
  );
  const standardised = (rows: number[][]) =>
    rows.map((row) => row.map((v, f) => (v - (means[f] as number)) / (deviations[f] as number)));
  const weights = new Float64Array(width + 1);
  const rows = standardised(features);
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(width + 1);
    rows.forEach((row, k) => {
      const residual = 1 / (1 + Math.exp(-score(weights, row))) - (training.labels[k] as number);
      row.forEach((v, f) => {
        gradient[f] = (gradient[f] as number) + residual * v;
      });
      gradient[width] = (gradient[width] as number) + residual;
    });
    gradient.forEach((v, f) => {
      weights[f] = (weights[f] as number) - (RATE * v) / rows.length;
    });
  }
  const found = standardised(featuresOf(heldOut)).map((row) => Number(score(weights, row) > 0));
  return mean(found.map((label, k) => Number(label === heldOut.labels[k])));
}

const score = (weights: Float64Array, row: number[]): number =>
  row.reduce((sum, v, f) => sum + v * (weights[f] as number), weights[row.length] as number);

/** Total energy, and the sums over all cells with the same index along an axis. */
function featuresOf({ images, labels }: Showers): number[][] {
  return Array.from(labels, (_, k) => {
    const profiles = SHAPE.map((n) => new Array<number>(n).fill(0));
    let total = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const energy = images.data[k * CELLS + cell] as number;
      total += energy;
      let rest = cell;
      for (let d = SHAPE.length - 1; d >= 0; d--) {
        const [n, profile] = [SHAPE[d] as number, profiles[d] as number[]];
        profile[rest % n] = (profile[rest % n] as number) + energy;
        rest = Math.floor(rest / n);
      }
    }
    return [total, ...profiles.flat()];
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
