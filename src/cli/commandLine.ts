// The arguments of a command, as cac parses them, checked.
import type { ConvolutionOptions } from "../index.js";
import { STREAM } from "./files.js";

/** A command line that cannot be carried out as it stands. */
export class UsageError extends Error {}

/** What "convolve" and "correlate" are asked to do. */
export interface Request {
  signal: string;
  kernel: string;
  out: string | undefined;
  isExplained: boolean;
  options: ConvolutionOptions;
}

/**
 * cac turns whatever looks like a number into one, so that a file "007" would become 7, and takes "-" and the axes "-1,-2" for
 * options. This mark, which no argument of a process can contain, before such an argument makes it plain text.
 */
const MARK = "\0";

export function markArguments(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  const before = end < 0 ? args : args.slice(0, end);
  const after = end < 0 ? [] : args.slice(end + 1);
  return [...before.map(markArgument), ...after.map((arg) => MARK + arg)];
}

function markArgument(arg: string): string {
  // cac drops these names without a word.
  if (/^--(__proto__|constructor|prototype)\b/.test(arg)) throw new UsageError(`unknown option ${arg}`);
  if (/^--[^=]+=/.test(arg)) return arg.replace("=", `=${MARK}`);
  const isPlain = arg === STREAM || /^-\.?[0-9]/.test(arg) || !Number.isNaN(Number(arg));
  return isPlain ? MARK + arg : arg;
}

export const unmark = (text: string): string => text.replaceAll(MARK, "");

/** An option as cac gives it: text, `true` where a value is missing, an array where it is repeated. */
function readText(found: Record<string, unknown>, name: string, flag = `--${name}`): string | undefined {
  const value = found[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw new UsageError(`${flag} may be given once; got it ${value.length} times`);
  if (typeof value !== "string" || unmark(value) === "") throw new UsageError(`${flag} needs a value`);
  return unmark(value);
}

/** The file for what "tune" and "bench" find. */
export const readOut = (found: Record<string, unknown>): string | undefined => readText(found, "out");

export function readRequest(signal: string, kernel: string, found: Record<string, unknown>): Request {
  const text = (name: string, flag?: string) => readText(found, name, flag);
  if (Array.isArray(found.explain)) throw new UsageError("--explain may be given once");
  const request = {
    signal: unmark(signal),
    kernel: unmark(kernel),
    out: text("out"),
    isExplained: found.explain === true,
    // The library checks what these may be.
    options: {
      mode: text("mode"),
      axes: wholeNumbers(text("axes")),
      backend: text("backend"),
      method: text("method"),
      maxMemory: bytes(text("maxMemory", "--max-memory")),
    } as ConvolutionOptions,
  };
  if (request.signal === STREAM && request.kernel === STREAM)
    throw new UsageError('signal and kernel cannot both be "-", standard input');
  if (request.out === undefined && !request.isExplained)
    throw new UsageError("--out is needed, the file for the result; or --explain, to compute nothing");
  return request;
}

function wholeNumbers(text: string | undefined): number[] | undefined {
  const words = text?.split(",");
  if (words && !words.every((word) => /^-?[0-9]+$/.test(word)))
    throw new UsageError(`--axes needs whole numbers with commas between, such as 0,1 or -2,-1; got "${text}"`);
  return words?.map(Number);
}

function bytes(text: string | undefined): number | undefined {
  if (text !== undefined && Number.isNaN(Number(text)))
    throw new UsageError(`--max-memory needs a number of bytes, such as 1e9; got "${text}"`);
  return text === undefined ? undefined : Number(text);
}
