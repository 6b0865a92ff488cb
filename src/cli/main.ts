#!/usr/bin/env node
// The command line: helixconv convolve signal.npy kernel.npy --mode same --out result.npy
import { constants } from "node:os";
import { type CAC, cac } from "cac";
import { version } from "../../package.json";
import { formatBytes } from "../format.js";
import { backends, convolve, correlate, explain } from "../index.js";
import { bench } from "./bench.js";
import { markArguments, type Request, readOut, readRequest, UsageError, unmark } from "./commandLine.js";
import { explainTable } from "./explainTable.js";
import { checkTarget, codeOf, readArray, STREAM, writeArray, writeStdout } from "./files.js";
import { startProgress } from "./progress.js";
import { table } from "./table.js";
import { tune } from "./tune.js";

const operations = {
  convolve: { call: convolve, description: "Convolve a signal with a kernel, .npy files of any rank" },
  correlate: { call: correlate, description: "Correlate a signal with a kernel, .npy files of any rank" },
};

const interruption = new AbortController();
const interrupted = interruption.signal;
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => interruption.abort(name));
// Whoever writes to standard output is told by the write itself.
process.stdout.on("error", () => {});

try {
  await run(process.argv);
} catch (error) {
  const status = report(error);
  // What was interrupted may wait for a pipe that nobody reads; anything else may have output under way.
  if (interrupted.aborted) process.exit(status);
  process.exitCode = status;
}

async function run([node = "", script = "", ...args]: readonly string[]): Promise<void> {
  const cli = describeCommands();
  cli.parse([node, script, ...markArguments(args)], { run: false });
  const isAnswered = cli.options.help || (cli.options.version && !cli.matchedCommand);
  if (isAnswered) return;
  if (cli.matchedCommand) return cli.runMatchedCommand();
  cli.globalCommand.checkUnknownOptions();
  throw new UsageError(cli.args[0] === undefined ? "a command is needed" : `unknown command "${cli.args[0]}"`);
}

function describeCommands(): CAC {
  const cli = cac("helixconv").version(version).help();
  for (const operation of ["convolve", "correlate"] as const)
    cli
      .command(`${operation} <signal> <kernel>`, operations[operation].description)
      .option("--out <file>", "Where to write the result, a .npy file; - is standard output")
      .option("--mode <mode>", "full (the default), same or valid")
      .option("--axes <list>", "The axes to convolve, such as 0,1 or -2,-1; all if left out")
      .option("--backend <name>", "auto (the default), webgpu, wasm or js")
      .option("--method <name>", "auto (the default), direct, fft, overlap-save or separable")
      .option("--max-memory <bytes>", "The most working memory, in bytes")
      .option("--explain", "Print how it would be computed, and why; without --out, compute nothing")
      .example(`  $ helixconv ${operation} image.npy kernel.npy --mode same --out result.npy`)
      .example(`  $ cat image.npy | helixconv ${operation} - kernel.npy --out - > result.npy`)
      .action((signal: string, kernel: string, found) => compute(operation, readRequest(signal, kernel, found)));
  cli.command("backends", "List what this machine can compute with").action(listBackends);
  for (const [name, description, work] of [
    ["tune", "Measure how fast this machine is, and remember it", tune],
    ["bench", "Time the workloads W1 to W7 on every backend", bench],
  ] as const)
    cli
      .command(name, description)
      .option("--out <file>", "Where to write what is found, as JSON")
      .action((found) => measure(name, work, readOut(found)));
  return cli;
}

async function compute(
  operation: keyof typeof operations,
  { signal, kernel, out, isExplained, options }: Request,
): Promise<void> {
  if (out !== undefined) await checkTarget(out);
  const arrays = { signal: await readArray(signal, interrupted), kernel: await readArray(kernel, interrupted) };
  if (isExplained) {
    const explanation = explainTable(await explain(operation, arrays, options));
    if (out === STREAM) process.stderr.write(explanation);
    else await writeStdout(explanation, interrupted);
  }
  if (out === undefined) return;
  const progress = await startProgress(operation, process.stderr);
  try {
    const control = { abort: interrupted, onProgress: progress.update };
    const result = await operations[operation].call(arrays.signal, arrays.kernel, { ...options, ...control });
    await writeArray(out, result, interrupted);
  } finally {
    progress.stop();
  }
}

async function measure(name: string, work: typeof bench, out: string | undefined): Promise<void> {
  const progress = await startProgress(name, process.stderr);
  try {
    const text = await work(out, progress.update, interrupted);
    progress.stop();
    await writeStdout(text, interrupted);
  } finally {
    progress.stop();
  }
}

async function listBackends(): Promise<void> {
  const heading = ["backend", "available", "threads", "simd", "memory", "detail"];
  const rows = (await backends()).map(({ name, available, detail, maxBytes, threads, simd }) => [
    name,
    available ? "yes" : "no",
    String(threads),
    simd ? "yes" : "no",
    formatBytes(maxBytes),
    detail,
  ]);
  await writeStdout(`${table([heading, ...rows])}\n`, interrupted);
}

/** Says in one line what went wrong; returns the exit status. */
function report(error: unknown): number {
  if (interrupted.aborted) {
    process.stderr.write("helixconv: interrupted\n");
    return 128 + constants.signals[interrupted.reason as "SIGINT" | "SIGTERM"];
  }
  // The reader of standard output has seen enough: end like a program that the signal ends.
  if (codeOf(error) === "EPIPE") return 128 + constants.signals.SIGPIPE;
  const isUsage = error instanceof UsageError || (error instanceof Error && error.name === "CACError");
  const message = unmark(error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
  process.stderr.write(`helixconv: ${message}${isUsage ? "; see helixconv --help" : ""}\n`);
  return isUsage ? 2 : 1;
}
