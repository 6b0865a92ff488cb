// What both ways to train share: the data, the batches, the loss and the report.
import { startProgress } from "../../src/cli/progress.js";
import { logisticAccuracy } from "./logistic.js";
import { plotTraining } from "./plot.js";
import { shuffled, uniform } from "./random.js";
import { makeShowers, pick, SHAPE, type Showers } from "./showers.js";

const SIZES = { training: 1200, heldOut: 400 };
const BATCH = 24;
const EPOCHS = 6;

/** A classifier that learns. */
export interface Trainee {
  name: string;
  /** One step on a batch; the mean loss before it. */
  learn(batch: Showers): Promise<number>;
  /** How much each image speaks for label 1. */
  scores(images: Showers["images"]): Promise<ArrayLike<number>>;
}

export interface Epoch {
  loss: number;
  accuracy: number;
}

/** Trains, prints loss and accuracy on held-out showers for each epoch, and writes a plot. The exit status is 1 if it has not learnt. */
export async function train(trainee: Trainee, plot: string): Promise<void> {
  const [training, heldOut] = [makeShowers(SIZES.training, 1), makeShowers(SIZES.heldOut, 2)];
  console.log(
    `${trainee.name}: ${SIZES.training} showers of ${SHAPE.join(" x ")} cells, two particle types; ${SIZES.heldOut} held out`,
  );
  const baseline = logisticAccuracy(training, heldOut);
  console.log(`logistic regression on total energy and profiles: held-out accuracy ${percent(baseline)}`);
  const random = uniform(3);
  const epochs: Epoch[] = [];
  const start = performance.now();
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const progress = await startProgress(`epoch ${epoch}`, process.stderr);
    const order = shuffled(SIZES.training, random);
    const steps = SIZES.training / BATCH;
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      loss += (await trainee.learn(pick(training, order.slice(step * BATCH, (step + 1) * BATCH)))) / steps;
      progress.update((step + 1) / steps);
    }
    progress.stop();
    epochs.push({ loss, accuracy: await accuracyOf(trainee, heldOut) });
    console.log(`epoch ${epoch}: loss ${loss.toFixed(3)}, held-out accuracy ${percent(epochs.at(-1)?.accuracy ?? 0)}`);
  }
  plotTraining(plot, epochs, baseline);
  const reached = epochs.at(-1)?.accuracy ?? 0;
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s; plot: ${plot}`);
  if (reached > 0.95 && baseline < 0.8) return;
  console.error("the network must reach 95 %, and logistic regression stay below 80 %");
  process.exitCode = 1;
}

/** The logistic loss of scores, and its gradient. */
export function logisticLoss(scores: ArrayLike<number>, labels: Uint8Array): { loss: number; grad: Float32Array } {
  let loss = 0;
  const grad = Float32Array.from(labels, (label, k) => {
    const score = scores[k] as number;
    loss += Math.log1p(Math.exp(-Math.abs(score))) + Math.max(score, 0) - label * score;
    return (1 / (1 + Math.exp(-score)) - label) / labels.length;
  });
  return { loss: loss / labels.length, grad };
}

async function accuracyOf(trainee: Trainee, showers: Showers): Promise<number> {
  let right = 0;
  for (let first = 0; first < showers.labels.length; first += BATCH) {
    const which = Array.from({ length: Math.min(BATCH, showers.labels.length - first) }, (_, i) => first + i);
    const batch = pick(showers, which);
    const scores = await trainee.scores(batch.images);
    batch.labels.forEach((label, k) => {
      right += Number((scores[k] as number) > 0 === (label === 1));
    });
  }
  return right / showers.labels.length;
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
