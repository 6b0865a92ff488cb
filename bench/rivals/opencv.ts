// @techstark/opencv-js: filter2D, which takes an FFT itself for large kernels. It correlates, so the kernel is reversed, and its anchor is
// the reversed kernel's sample over each output's own place.

import { firstOfSame, type Workload } from "../../src/cli/workloads.js";
import type { Arrays, Competitor } from "../competitor.js";
import { requireRival } from "./load.js";
import type { Rival } from "./rival.js";

interface Mat {
  data32F: Float32Array;
}

interface OpenCv {
  Mat: new (rows: number, columns: number, type: number) => Mat;
  Point: new (x: number, y: number) => object;
  CV_32FC1: number;
  BORDER_CONSTANT: number;
  filter2D(from: Mat, to: Mat, depth: number, kernel: Mat, anchor: object, delta: number, border: number): void;
}

let loaded: Promise<{ cv: OpenCv } | undefined> | undefined;

export const openCv: Rival = {
  async competitors({ signal, kernel, precision }: Workload, arrays: Arrays) {
    if (precision === "f64" || signal.length !== 2) return [];
    loaded ??= load();
    const found = await loaded;
    return found ? [filter2D(found.cv, signal as [number, number], kernel as [number, number], arrays)] : [];
  },
};

async function load() {
  const loading = requireRival<PromiseLike<OpenCv>>("@techstark/opencv-js");
  return loading && { cv: await loading };
}

function filter2D(cv: OpenCv, [rows, columns]: [number, number], [m, n]: [number, number], arrays: Arrays): Competitor {
  const x = new cv.Mat(rows, columns, cv.CV_32FC1);
  const w = new cv.Mat(m, n, cv.CV_32FC1);
  const y = new cv.Mat(rows, columns, cv.CV_32FC1);
  const anchor = new cv.Point(n - 1 - firstOfSame(n), m - 1 - firstOfSame(m));
  const out = new Float32Array(rows * columns);
  return {
    name: "opencv.js",
    run: () => {
      x.data32F.set(arrays.signal);
      w.data32F.set(arrays.kernel.toReversed());
      cv.filter2D(x, y, -1, w, anchor, 0, cv.BORDER_CONSTANT);
      out.set(y.data32F);
    },
    result: () => out,
  };
}
