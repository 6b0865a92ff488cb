// The plain transforms that are timed: of how many real numbers, and what their results are kept under.

export const transformLengths = Array.from({ length: 13 }, (_, k) => 2 ** (10 + k));

export const transformName = (length: number, precision: "f32" | "f64"): string =>
  `2^${Math.log2(length)}${precision === "f64" ? "-f64" : ""}`;
