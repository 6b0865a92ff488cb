// The progress bar: on a terminal only, and only for work that takes a while.
import { createRequire } from "node:module";

export interface Progress {
  /** Tells which fraction of the work is done. */
  update(fraction: number): void;
  /** Removes the bar. */
  stop(): void;
}

/** How long work may take before it gets a bar, ms. */
const PATIENCE = 500;

export async function startProgress(label: string, stream: NodeJS.WriteStream): Promise<Progress> {
  if (!stream.isTTY) return { update() {}, stop() {} };
  // cli-progress is CommonJS: bundled into an ES module, it still calls require for parts of Node.
  globalThis.require ??= createRequire(import.meta.url);
  const { default: cliProgress } = await import("cli-progress");
  const format = `${label} [{bar}] {percentage}% after {duration_formatted}`;
  const bar = new cliProgress.SingleBar({ stream, format, clearOnComplete: true, hideCursor: true });
  const started = performance.now();
  let isShown = false;
  return {
    update(fraction) {
      if (!isShown && performance.now() - started < PATIENCE) return;
      if (!isShown) bar.start(1, 0);
      isShown = true;
      bar.update(fraction);
    },
    stop() {
      if (isShown) bar.stop();
    },
  };
}
