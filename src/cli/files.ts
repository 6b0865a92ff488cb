// What the command line reads and writes: .npy files, or "-" for standard input and output.
import { randomUUID } from "node:crypto";
import { access, constants, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import { getSystemErrorMap } from "node:util";
import { decodeNpy, encodeNpy } from "../io/npy.js";
import type { NdArray } from "../ndarray.js";

/** As the name of a file: standard input or output. */
export const STREAM = "-";

/** At most this many bytes are read at once: Node allows 2 GiB, and between two reads the user may interrupt. */
const CHUNK = 2 ** 28;

/** Something that is wrong with a file, which the message names. */
class FileError extends Error {
  constructor(name: string, cause: unknown) {
    super(`${name}: ${reasonOf(cause)}`, { cause });
  }
}

export async function readArray(path: string, abort: AbortSignal): Promise<NdArray> {
  const name = path === STREAM ? "standard input" : path;
  return about(name, async () => decodeNpy(await (path === STREAM ? readStdin(abort) : readFile(path, abort))));
}

/** Where a result can go, checked before the work: a mistyped folder should not cost it. */
export async function checkTarget(path: string): Promise<void> {
  if (path === STREAM) return;
  await about(path, async () => {
    const found = await statusOf(path);
    if (found?.isDirectory()) throw new Error("is a directory");
    const folder = dirname(path);
    if (!(await statusOf(folder))) throw new Error(`no such directory: ${folder}`);
    await access(found && !found.isFile() ? path : folder, constants.W_OK);
  });
}

/** Replaces a file as a whole or not at all: until the new one is complete, it has another name in the same folder. */
export async function writeArray(path: string, array: NdArray, abort: AbortSignal): Promise<void> {
  const bytes = encodeNpy(array);
  if (path === STREAM) return writeStdout(bytes, abort);
  await about(path, async () => {
    const found = await statusOf(path);
    // A pipe or a device cannot be replaced.
    if (found && !found.isFile()) return writeFile(path, bytes, { signal: abort });
    const target = found ? await realpath(path) : path;
    const temporary = join(dirname(target), `.helixconv-${randomUUID()}.tmp`);
    try {
      await writeFile(temporary, bytes, { flag: "wx", mode: found?.mode ?? 0o666, signal: abort });
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/** Writes to standard output, and returns when it is taken. */
export async function writeStdout(data: string | Uint8Array, abort: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    abort.addEventListener("abort", () => reject(abort.reason));
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

async function readFile(path: string, abort: AbortSignal): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const status = await file.stat();
    if (!status.isFile()) return await file.readFile({ signal: abort });
    const bytes = new Uint8Array(status.size);
    for (let at = 0; at < bytes.length; ) {
      abort.throwIfAborted();
      const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, bytes.length - at));
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

const readStdin = (abort: AbortSignal): Promise<Uint8Array> => buffer(addAbortSignal(abort, process.stdin));

const statusOf = (path: string) =>
  stat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });

/** Names the file in whatever goes wrong with it. */
async function about<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new FileError(name, error);
  }
}

/** The error code that the system gave, such as "ENOENT". */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

const reasons: Record<string, string> = { ENOENT: "no such file", EISDIR: "is a directory" };

/** What happened, without the names and numbers that Node adds for programs. */
function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const [, reason] = [...getSystemErrorMap().values()].find(([name]) => name === code) ?? [];
  return (code && reasons[code]) ?? reason ?? (error instanceof Error ? error.message : String(error));
}
