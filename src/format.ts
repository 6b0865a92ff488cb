// Numbers as people read them.

/** 2318400 becomes 2,318,400. */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** 1234567890 becomes 1.23 G. */
export const formatScaled = (count: number): string => scaled(count, 1000, ["", " k", " M", " G", " T", " P", " E"]);

export const formatBytes = (bytes: number): string =>
  scaled(bytes, 1024, [" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"]);

export const formatSeconds = (seconds: number): string =>
  seconds < 1 ? scaled(seconds * 1e9, 1000, [" ns", " µs", " ms"]) : `${formatDigits(seconds)} s`;

function scaled(value: number, base: number, units: readonly string[]): string {
  let unit = 0;
  for (; value >= base && unit < units.length - 1; unit++) value /= base;
  return formatDigits(value) + units[unit];
}

/** Three digits, or as many as stand before the point. */
const formatDigits = (value: number): string =>
  value < 1000 ? String(Number(value.toPrecision(3))) : value.toFixed(0);

/** Two digits, or as many as stand before the point. */
export const formatRatio = (ratio: number): string => (ratio < 100 ? ratio.toPrecision(2) : ratio.toFixed(0));
