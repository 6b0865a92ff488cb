// How fast helixconv means to be, one thread: our median over a rival's, both of one run (/CPU.md has where they come from).
import { OURS } from "./competitor.js";
import type { Timing } from "./interleave.js";

export interface Goal {
  /** The workload, or the transform. */
  of: string;
  ours: string;
  rival: string;
  /** The ratio to reach. */
  ratio: number;
}

const ours = OURS;

export const goals: readonly Goal[] = [
  { of: "W1", ours, rival: "pffft, tight helix", ratio: 0.36 },
  { of: "W1", ours, rival: "SciPy fftconvolve", ratio: 1 / 8 },
  { of: "W2", ours, rival: "opencv.js", ratio: 0.13 },
  { of: "W3", ours, rival: "pffft, tight helix", ratio: 0.34 },
  { of: "W4", ours, rival: "onnxruntime-web", ratio: 0.3 },
  { of: "W5", ours, rival: "pffft, tight helix", ratio: 0.34 },
  { of: "W6", ours, rival: "torch conv3d", ratio: 0.8 },
  { of: "W6", ours: `${OURS}, kernel kept`, rival: "torch conv3d", ratio: 0.35 },
  { of: "W7", ours, rival: "SciPy oaconvolve", ratio: 0.35 },
  { of: "2^20", ours, rival: "FFTW", ratio: 1 / 1.2 },
  { of: "2^22", ours, rival: "FFTW", ratio: 1 / 1.8 },
  ...Array.from({ length: 13 }, (_, k) => ({ of: `2^${10 + k}`, ours, rival: "pffft", ratio: 1 })),
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
