// The kernels that can be chosen, of shape (t, z, y, x); t and z are 1 for a picture in two dimensions.
import type { NdArray } from "helixconv";
import { rotatedGaussian } from "../../gaussian.js";

export type Kernel = NdArray<Float32Array>;

/** Light: sums to 1, so that what comes out looks like what went in. Signed: zero is grey. */
export type Look = "light" | "signed";

export interface Parameter {
  label: string;
  unit: string;
  min: number;
  max: number;
  step: number;
  value: number;
}

export interface Preset {
  name: string;
  what: string;
  look: Look;
  parameters: readonly Parameter[];
  /** `deep`: for a picture of four dimensions. */
  make(values: readonly number[], deep: boolean): Kernel;
}

const sigma = (value: number, max: number): Parameter => ({ label: "σ", unit: "px", min: 0.5, max, step: 0.1, value });
const angle = (value: number): Parameter => ({ label: "Angle", unit: "°", min: 0, max: 180, step: 5, value });
const length = (label: string, value: number, max: number): Parameter => ({
  label,
  unit: "px",
  min: 3,
  max,
  step: 2,
  value,
});

const gaussianPreset: Preset = {
  name: "Gaussian",
  what: "A blur, the same in every direction: an outer product, so it may go axis by axis.",
  look: "light",
  parameters: [sigma(2, 5)],
  make: ([s = 1], deep) => gaussian(deep ? [0.6, s, s, s] : [0, 0, s, s]),
};

const sobelPreset: Preset = {
  name: "Sobel",
  what: "The slope in one direction, smoothed across it: edges.",
  look: "signed",
  parameters: [angle(0)],
  make: ([degrees = 0]) => sobel(degrees),
};

const unsharpPreset: Preset = {
  name: "Unsharp",
  what: "The picture, and some of what a blur takes from it: δ + a (δ − Gaussian).",
  look: "light",
  parameters: [{ label: "Strength", unit: "", min: 0, max: 4, step: 0.1, value: 1.5 }, sigma(2, 4)],
  make: ([strength = 1, s = 1], deep) => unsharp(gaussian(deep ? [0.5, s, s, s] : [0, 0, s, s]), strength),
};

const motionPreset: Preset = {
  name: "Motion",
  what: "A camera that moved along a line.",
  look: "light",
  parameters: [length("Length", 25, 31), angle(30)],
  make: ([n = 3, degrees = 0]) => motion(n, degrees),
};

export const flatPresets: readonly Preset[] = [
  gaussianPreset,
  sobelPreset,
  unsharpPreset,
  motionPreset,
  {
    name: "Lens",
    what: "A lens out of focus: every point of light becomes a disc.",
    look: "light",
    parameters: [length("Diameter", 15, 31)],
    make: ([n = 3]) => shape(n, (y, x) => y * y + x * x <= 1),
  },
  {
    name: "Heart",
    what: "A lens with a heart-shaped opening: look at the lamps.",
    look: "light",
    parameters: [length("Size", 21, 31)],
    make: ([n = 3]) => shape(n, isInHeart),
  },
];

export const deepPresets: readonly Preset[] = [
  {
    name: "Rotated 4-D Gaussian",
    what: "Turned out of all four axes, so no product of 1-D filters: what npm start computes.",
    look: "light",
    parameters: [{ ...sigma(3.5, 5), label: "Long σ" }, angle(35)],
    make: ([long = 1, degrees = 0]) =>
      rotatedGaussian(
        [3, 7, 13, 13],
        [0.8, 1, long, 0.8],
        [
          { plane: [2, 3], degrees },
          { plane: [1, 2], degrees: 20 },
          { plane: [0, 3], degrees: 25 },
        ],
      ),
  },
  { ...gaussianPreset, parameters: [sigma(1.5, 3)], name: "4-D Gaussian" },
  sobelPreset,
  unsharpPreset,
  motionPreset,
  {
    name: "Change in time",
    what: "A volume less the one before it, smoothed in space: what moved.",
    look: "signed",
    parameters: [sigma(1.2, 3)],
    make: ([s = 1]) => changeInTime(gaussian([0, s / 2, s, s])),
  },
];

/** An outer product of sampled Gaussians, out to 3 σ on both sides; no extent along an axis of σ = 0. */
function gaussian(sigmas: number[]): Kernel {
  const sizes = sigmas.map((s) => 2 * Math.ceil(3 * s) + 1);
  // A σ of 0 has only one sample, at its centre.
  return rotatedGaussian(
    sizes,
    sigmas.map((s) => s || 1),
    [],
  );
}

function sobel(degrees: number): Kernel {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  // Convolution meets what is to the right with what lies left of the kernel's centre.
  const along = (y: number, x: number) => (s * y * (2 - Math.abs(x)) - c * x * (2 - Math.abs(y))) / 8;
  const data = Float32Array.from({ length: 9 }, (_, i) => along(Math.floor(i / 3) - 1, (i % 3) - 1));
  return { data, shape: [1, 1, 3, 3] };
}

function unsharp(blur: Kernel, strength: number): Kernel {
  const data = blur.data.map((w) => -strength * w);
  const centre = (data.length - 1) / 2;
  data[centre] = (data[centre] as number) + 1 + strength;
  return { data, shape: blur.shape };
}

/** A line through the centre, drawn with soft edges. */
function motion(n: number, degrees: number): Kernel {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const half = (n - 1) / 2;
  return normalised(n, (y, x) => {
    const [along, across] = [x * c - y * s, x * s + y * c];
    return Math.max(0, 1 - Math.abs(across)) * Math.max(0, Math.min(1, half + 0.5 - Math.abs(along)));
  });
}

/** All that lies inside of a shape in the square from -1 to 1, evenly. */
const shape = (n: number, isInside: (y: number, x: number) => boolean): Kernel => {
  const half = n / 2;
  return normalised(n, (y, x) => (isInside(y / half, x / half) ? 1 : 0));
};

/** (x² + y² - 1)³ < x² y³, upright as it is seen: convolution does not turn its kernel's picture of a point. */
function isInHeart(y: number, x: number): boolean {
  const [u, v] = [1.25 * x, -1.2 * y + 0.15];
  return (u * u + v * v - 1) ** 3 <= u * u * v ** 3;
}

/** Weights by their place from the centre, scaled to the sum 1. */
function normalised(n: number, weight: (y: number, x: number) => number): Kernel {
  const half = (n - 1) / 2;
  const weights = Array.from({ length: n * n }, (_, i) => weight(Math.floor(i / n) - half, (i % n) - half));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return { data: Float32Array.from(weights, (w) => w / total), shape: [1, 1, n, n] };
}

/** Two in time: the first tap meets this volume, the second the one before. */
function changeInTime({ data, shape: [, z = 1, y = 1, x = 1] }: Kernel): Kernel {
  return { data: Float32Array.from([...data, ...data.map((w) => -w)]), shape: [2, z, y, x] };
}

/**
 * A kernel drawn by hand: to the sum 1, or where that nearly cancels or is negative, to Σ|w| = 1. Nothing at all stays nothing.
 */
export function scaled({ data, shape }: Kernel): { kernel: Kernel; look: Look } {
  const sum = data.reduce((total, w) => total + w, 0);
  const magnitude = data.reduce((total, w) => total + Math.abs(w), 0);
  const look = sum > 0.1 * magnitude ? "light" : "signed";
  const by = (look === "light" ? sum : magnitude) || 1;
  return { kernel: { data: data.map((w) => w / by), shape }, look };
}
