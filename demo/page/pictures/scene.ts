// A photograph-like scene, computed and not taken: dusk over a lake with a village, the same pixels in every engine but for rounding. Its
// numbers are linear light, as a camera's sensor has it, and lamps are many times brighter than white: out of focus, they take the shape of the
// kernel, as in a lens.
import { fractal, hash, mix, noise, smoothstep } from "./noise.js";

export const WIDTH = 720;
export const HEIGHT = 480;

type Colour = readonly [red: number, green: number, blue: number];

const SEED = 4;
/** Rows of the far shore, and of the near one. */
const SHORE = 0.64 * HEIGHT;
const SUN = { x: 0.3 * WIDTH, y: 0.55 * HEIGHT };

type Paint = (x: number, y: number, colour: Colour) => void;

/** Red, green and blue planes, shape (3, HEIGHT, WIDTH). */
export function scene(): { data: Float32Array; shape: number[] } {
  const data = new Float32Array(3 * HEIGHT * WIDTH);
  const [red, green, blue] = [0, 1, 2].map((c) => data.subarray(c * HEIGHT * WIDTH, (c + 1) * HEIGHT * WIDTH)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const paint: Paint = (x, y, colour) => {
    const pixel = y * WIDTH + x;
    red[pixel] = colour[0];
    green[pixel] = colour[1];
    blue[pixel] = colour[2];
  };
  const at = (x: number, y: number): Colour => {
    const pixel = Math.max(0, y) * WIDTH + Math.max(0, Math.min(WIDTH - 1, x));
    return [red[pixel] as number, green[pixel] as number, blue[pixel] as number];
  };
  const ridges = mountains();
  for (let y = 0; y < SHORE; y++) for (let x = 0; x < WIDTH; x++) paint(x, y, land(x, y, ridges));
  for (const { x, y, colour } of lamps()) paint(x, y, colour);
  for (let y = Math.ceil(SHORE); y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) paint(x, y, water(x, y, at));
  for (const tree of pines()) standUp(tree, paint);
  return { data: data.map((value, i) => value * (1 + 0.05 * (hash(i, 0, SEED) - 0.5))), shape: [3, HEIGHT, WIDTH] };
}

/** What is above the water. */
function land(x: number, y: number, ridges: readonly Ridge[]): Colour {
  const ridge = ridges.findLast(({ top }) => y >= (top[x] as number));
  return ridge ? slope(x, y, ridge) : sky(x, y);
}

function sky(x: number, y: number): Colour {
  const height = 1 - y / SHORE;
  const dusk: Colour = blend([0.62, 0.2, 0.08], [0.012, 0.03, 0.11], smoothstep(0.2, 0.85, height) ** 0.6);
  const distance = Math.hypot((x - SUN.x) / 1.6, y - SUN.y) / HEIGHT;
  const glow = 0.7 * Math.exp(-distance * 4.5);
  const clouds = smoothstep(0.5, 0.78, fractal(x / 210, y / 42, 6, SEED + 20)) * smoothstep(0, 0.25, height);
  const lit: Colour = blend([0.75, 0.2, 0.1], [0.1, 0.05, 0.1], smoothstep(0.35, 0.95, height));
  const star = hash(x, y, SEED + 9) > 0.9992 ? 1.2 * smoothstep(0.6, 0.95, height) * (1 - clouds) : 0;
  const air = blend(dusk, lit, 0.85 * clouds);
  return [air[0] + glow + star, air[1] + 0.62 * glow + star, air[2] + 0.28 * glow + star];
}

interface Ridge {
  /** The row of its crest in each column. */
  top: Float64Array;
  colour: Colour;
  snow: number;
  seed: number;
}

/** From the farthest, in haze, to the nearest, the village's shore. */
function mountains(): Ridge[] {
  const shapes = [
    { base: 0.36, height: 0.34, scale: 190, colour: [0.13, 0.07, 0.1], snow: 1 },
    { base: 0.45, height: 0.2, scale: 150, colour: [0.05, 0.035, 0.06], snow: 0.35 },
    { base: 0.535, height: 0.13, scale: 110, colour: [0.016, 0.016, 0.03], snow: 0 },
    { base: 0.6, height: 0.06, scale: 80, colour: [0.006, 0.008, 0.011], snow: 0 },
  ] as const;
  return shapes.map(({ base, height, scale, colour, snow }, k) => {
    const seed = SEED + 40 + 10 * k;
    const crest = (x: number) => 1 - Math.abs(2 * fractal(x / scale, 0.5, 7, seed) - 1);
    const top = Float64Array.from({ length: WIDTH }, (_, x) => HEIGHT * (base + height * (0.55 - crest(x))));
    return { top, colour, snow, seed };
  });
}

/** Rock and snow, lit from the side of the sun, fading into haze towards the shore. */
function slope(x: number, y: number, { top, colour, snow, seed }: Ridge): Colour {
  const depth = y - (top[x] as number);
  const rough = fractal(x / 26, y / 30 + depth / 60, 5, seed + 7);
  const light = Math.max(0.2, 1 + 8 * (fractal((x + 2.5) / 26, y / 30 + depth / 60, 4, seed + 7) - rough));
  const white = snow * smoothstep(0.5, 0.62, rough + 0.22 * Math.exp(-depth / 28) - depth / 420);
  const surface = blend(colour, [0.62, 0.3, 0.26], 0.85 * white);
  const haze = 0.5 * smoothstep(0.3 * HEIGHT, SHORE, y) * smoothstep(0.012, 0.13, colour[0]);
  return blend(scale(surface, light), [0.2, 0.1, 0.12], haze);
}

interface Lamp {
  x: number;
  y: number;
  colour: Colour;
}

/** The windows and lamps of the village. */
function lamps(): Lamp[] {
  const all: Lamp[] = [];
  for (let k = 0; k < 64; k++) {
    const side = hash(k, 1, SEED + 77);
    const x = Math.floor(WIDTH * (0.42 + 0.5 * (side + 0.35 * (hash(k, 2, SEED + 77) - 0.5))));
    const y = Math.floor(SHORE - 2 - 22 * hash(k, 3, SEED + 77) ** 2);
    const warm: Colour = hash(k, 4, SEED + 77) > 0.15 ? [1, 0.58, 0.2] : [0.75, 0.9, 1];
    const bright = 3 + 42 * hash(k, 5, SEED + 77) ** 4;
    all.push({ x, y, colour: scale(warm, bright) }, { x: x + 1, y, colour: scale(warm, 0.6 * bright) });
  }
  return all.filter(({ x }) => x < WIDTH - 2);
}

/** The land in a mirror of ripples that draw its lamps out, darker towards the viewer. */
function water(x: number, y: number, at: (x: number, y: number) => Colour): Colour {
  const depth = y - SHORE;
  const near = depth / (HEIGHT - SHORE);
  const ripple = noise(x / (14 + 40 * near), depth / (0.9 + 5 * near), SEED + 90) - 0.5;
  const along = Math.round(x + 9 * near * ripple);
  let sum: Colour = [0, 0, 0];
  const reach = 2 + 10 * near;
  for (let k = -2; k <= 2; k++) {
    const mirrored = Math.round(SHORE - 1 - depth * 1.15 + 46 * near * ripple + k * reach);
    const seen = at(along, Math.min(Math.ceil(SHORE) - 1, mirrored));
    sum = [sum[0] + seen[0], sum[1] + seen[1], sum[2] + seen[2]];
  }
  const dark = 0.2 * mix(0.78, 0.42, near) * (1 + 0.5 * ripple);
  return [sum[0] * dark, sum[1] * dark * 1.02, sum[2] * dark * 1.1 + 0.004];
}

interface Pine {
  x: number;
  top: number;
  foot: number;
}

const pines = (): Pine[] =>
  [0.025, 0.07, 0.115, 0.155, 0.2, 0.945, 0.985].map((x, k) => {
    const tall = HEIGHT * (0.3 + 0.26 * hash(k, 1, SEED + 200)) * (k === 4 ? 0.55 : 1);
    const foot = HEIGHT * (0.97 + 0.08 * hash(k, 2, SEED + 200));
    return { x: WIDTH * x, top: foot - tall, foot };
  });

/** A tree as a silhouette: branches in steps, with needles at their ends. */
function standUp({ x, top, foot }: Pine, paint: Paint): void {
  const tall = foot - top;
  for (let y = Math.floor(top); y < Math.min(HEIGHT, foot); y++) {
    const down = (y - top) / tall;
    const branch = (down * 13) % 1;
    const half = tall * (0.012 + 0.19 * down ** 0.9 * (0.45 + 0.55 * branch));
    for (let column = Math.floor(x - half); column <= x + half; column++) {
      if (column < 0 || column >= WIDTH) continue;
      const out = Math.abs(column - x) / half;
      if (hash(column, y, SEED + 300) < 1.15 - 0.9 * out ** 2)
        paint(column, y, scale([0.003, 0.0045, 0.005], 0.5 + hash(column, y >> 1, SEED + 301)));
    }
  }
}

const scale = (colour: Colour, by: number): Colour => [colour[0] * by, colour[1] * by, colour[2] * by];
const blend = (a: Colour, b: Colour, t: number): Colour => [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
