// The workloads that numbers in this project refer to. All are `same`.

export interface Workload {
  name: string;
  what: string;
  signal: number[];
  kernel: number[];
  precision: "f32" | "f64";
  /** A layer: its arrays' first axes are (batch, in) and (out, in), and sums run over `in`. The others are convolved. */
  layer?: true;
  /** The real MRI of demo/data and a Gaussian of radius 4 sigma; its arrays are random otherwise. */
  gaussian?: true;
}

const W1 = { signal: [25, 25, 41, 51], kernel: [10, 10, 10, 10] };

export const workloads: readonly Workload[] = [
  { name: "W1", what: "calorimeter showers, the headline", ...W1, precision: "f32" },
  { name: "W1-f64", what: "the same in float64", ...W1, precision: "f64" },
  { name: "W2", what: "an image, large kernel", signal: [2048, 2048], kernel: [31, 31], precision: "f32" },
  { name: "W3", what: "a volume", signal: [128, 128, 128], kernel: [9, 9, 9], precision: "f32" },
  { name: "W4", what: "a volume, small kernel", signal: [192, 192, 192], kernel: [3, 3, 3], precision: "f32" },
  { name: "W5", what: "five dimensions", signal: [12, 12, 16, 16, 20], kernel: [5, 5, 5, 5, 5], precision: "f32" },
  {
    name: "W6",
    what: "a layer, 2 images, 8 to 16 channels",
    signal: [2, 8, 32, 32, 32],
    kernel: [16, 8, 5, 5, 5],
    precision: "f32",
    layer: true,
  },
  { name: "W7", what: "a trace, long kernel", signal: [2 ** 20], kernel: [4096], precision: "f32" },
  {
    name: "W8",
    what: "a 4-D MRI, Gaussian of sigma 2",
    signal: [2, 24, 96, 128],
    kernel: [17, 17, 17, 17],
    precision: "f32",
    gaussian: true,
  },
  {
    name: "W9",
    what: "a layer, 16 to 32 channels, small kernel",
    signal: [1, 16, 32, 32, 32],
    kernel: [32, 16, 3, 3, 3],
    precision: "f32",
    layer: true,
  },
  {
    name: "W10",
    what: "a 4-D layer, 8 images, 4 to 8 channels",
    signal: [8, 4, 12, 12, 12, 12],
    kernel: [8, 4, 3, 3, 3, 3],
    precision: "f32",
    layer: true,
  },
  {
    name: "W11",
    what: "a 5-D layer, 2 images, 4 to 8 channels",
    signal: [2, 4, 10, 10, 10, 10, 10],
    kernel: [8, 4, 3, 3, 3, 3, 3],
    precision: "f32",
    layer: true,
  },
];

/** How many axes, of the first, are not convolved. */
export const channelAxes = ({ layer }: Workload): number => (layer ? 2 : 0);

/** The shape of the result. */
export const outShape = ({ signal, kernel, layer }: Workload): number[] =>
  layer ? [signal[0] as number, kernel[0] as number, ...signal.slice(2)] : signal;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, m) => n * m, 1);

/** The first sample of `same` in the full convolution, along one axis; SciPy's. */
export const firstOfSame = (n: number): number => (n - 1) >> 1;
