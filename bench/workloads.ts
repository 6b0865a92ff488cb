// The workloads that numbers in this project refer to. All are `same` and float32.

export interface Workload {
  name: string;
  what: string;
  signal: number[];
  kernel: number[];
}

export const workloads: readonly Workload[] = [
  { name: "W1", what: "calorimeter showers, the headline", signal: [25, 25, 41, 51], kernel: [10, 10, 10, 10] },
  { name: "W2", what: "an image, large kernel", signal: [2048, 2048], kernel: [31, 31] },
  { name: "W3", what: "a volume", signal: [128, 128, 128], kernel: [9, 9, 9] },
  { name: "W4", what: "a volume, small kernel", signal: [192, 192, 192], kernel: [3, 3, 3] },
  { name: "W5", what: "five dimensions", signal: [12, 12, 16, 16, 20], kernel: [5, 5, 5, 5, 5] },
  { name: "W7", what: "a trace, long kernel", signal: [2 ** 20], kernel: [4096] },
];
