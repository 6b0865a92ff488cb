// How fast helixconv means to be, one thread: our median over a rival's, both of one run. Engines with fused multiply-adds (Node from 22 on)
// have a harder goal.
import { FORWARD, OURS, TRAINING } from "./competitor.js";
import type { Timing } from "./interleave.js";

export interface Goal {
  /** The workload, or the transform. */
  of: string;
  ours: string;
  rival: string;
  /** The ratio to reach. */
  ratio: number;
}

const hasFma = Number(process.versions.node.split(".")[0]) >= 22;
const goal = (of: string, rival: string, plain: number, fma: number, ours = OURS): Goal => ({
  of,
  ours,
  rival,
  ratio: hasFma ? fma : plain,
});

export const goals: readonly Goal[] = [
  goal("W1", "pffft, tight helix", 0.36, 0.31),
  goal("W1", "SciPy fftconvolve", 0.125, 0.11),
  goal("W1-f64", "SciPy fftconvolve", 0.17, 0.15),
  goal("W2", "opencv.js", 0.13, 0.11),
  goal("W3", "pffft, tight helix", 0.34, 0.29),
  goal("W4", "onnxruntime-web", 0.3, 0.3),
  goal("W4", "SciPy ndimage.convolve", 0.125, 0.125),
  goal("W5", "pffft, tight helix", 0.34, 0.29),
  goal("W6", "torch conv3d", 0.8, 0.8),
  goal("W6", "torch conv3d", 0.45, 0.35, `${OURS}, kernel kept`),
  goal("W6", "torch conv3d, 2 threads", 0.8, 0.8, `${OURS}, 2 threads`),
  goal("W6", "torch conv3d, 2 threads", 0.45, 0.35, `${OURS}, kernel kept, 2 threads`),
  goal("W9", "onnxruntime-web", 0.6, 0.6),
  goal("W10", "torch, composed of conv3d", 0.8, 0.8),
  goal("W10", "torch, composed of conv3d", 0.5, 0.5, `${OURS}, kernel kept`),
  goal("W11", "torch, composed of conv3d", 0.3, 0.3),
  ...["W6", "W9", "W10", "W11"].map((of) => goal(of, FORWARD, 3.2, 3.2, TRAINING)),
  goal("W7", "SciPy oaconvolve", 0.35, 0.3),
  goal("W8", "SciPy gaussian_filter", 1, 1),
  goal("2^20", "FFTW", 0.85, 0.75),
  goal("2^22", "FFTW", 0.55, 0.5),
  ...Array.from({ length: 13 }, (_, k) => goal(`2^${10 + k}`, "pffft", 0.7, 0.6)),
];

export interface Score extends Goal {
  reached: number;
}

/** The goals that a run's timings speak to. */
export function scores(of: string, timings: readonly Timing[]): Score[] {
  const median = (name: string) => timings.find((timing) => timing.name === name)?.median;
  return goals
    .filter((goal) => goal.of === of)
    .flatMap((goal) => {
      const [mine, theirs] = [median(goal.ours), median(goal.rival)];
      return mine === undefined || theirs === undefined ? [] : [{ ...goal, reached: mine / theirs }];
    });
}
