// Numbers to greys and colours of a screen.

/** Steps of a table of tones. */
const STEPS = 4096;

/** sRGB of linear light: IEC 61966-2-1, after a shoulder that keeps what is brighter than white from clipping hard. */
const photographic = table(2, (light) => {
  const exposed = 1 - Math.exp(-1.5 * light);
  return exposed <= 0.0031308 ? 12.92 * exposed : 1.055 * exposed ** (1 / 2.4) - 0.055;
});

function table(most: number, tone: (value: number) => number): { most: number; greys: Uint8ClampedArray } {
  return { most, greys: Uint8ClampedArray.from({ length: STEPS }, (_, i) => 255 * tone((i * most) / (STEPS - 1))) };
}

/** Linear light, 0 is black. */
export function light(value: number): number {
  const { most, greys } = photographic;
  const step = (value / most) * (STEPS - 1);
  return greys[step > 0 ? Math.min(STEPS - 1, step | 0) : 0] as number;
}

/** A grey for a value between two, linearly. */
export const window = (least: number, greatest: number) => {
  const scale = 255 / (greatest - least || 1);
  return (value: number): number => (value - least) * scale;
};
