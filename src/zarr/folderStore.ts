// A zarrita store of a local folder. A file is replaced as a whole: whoever is interrupted leaves no half of one.
import { builtin } from "../backends/platform/process.js";
import { HelixError } from "../errors.js";

/**
 * A local folder, for arrays that zarrita reads and `convolveZarr` reads and writes. Node only, from 20.16 on.
 *
 * @example
 * const input = await zarr.open(new FolderStore("volume.zarr"), { kind: "array" });
 */
export class FolderStore {
  constructor(readonly folder: string) {}

  async get(key: string, { signal }: { signal?: AbortSignal } = {}): Promise<Uint8Array | undefined> {
    signal?.throwIfAborted();
    return this.readPart(key, (size) => ({ offset: 0, length: size }));
  }

  async getRange(
    key: string,
    range: { offset: number; length: number } | { suffixLength: number },
  ): Promise<Uint8Array | undefined> {
    return this.readPart(key, (size) => {
      const length = Math.min("length" in range ? range.length : range.suffixLength, size);
      return { length, offset: "offset" in range ? range.offset : size - length };
    });
  }

  async set(key: string, bytes: Uint8Array): Promise<void> {
    await this.place(key, bytes, (from, to) => fs().rename(from, to));
  }

  /** Writes a file unless there is one; tells whether it did. Of several processes that try, one does. */
  async setNew(key: string, bytes: Uint8Array): Promise<boolean> {
    try {
      await this.place(key, bytes, (from, to) => fs().link(from, to));
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await fs().rm(this.fileOf(key), { force: true });
  }

  private async readPart(key: string, rangeOf: (size: number) => { offset: number; length: number }) {
    try {
      const file = await fs().open(this.fileOf(key));
      try {
        const { offset, length } = rangeOf((await file.stat()).size);
        const bytes = new Uint8Array(length);
        // All at once: fs.readFile takes turns with whatever else the process does.
        const { bytesRead } = await file.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) return undefined;
      throw error;
    }
  }

  private async place(
    key: string,
    bytes: Uint8Array,
    move: (from: string, to: string) => Promise<void>,
  ): Promise<void> {
    const file = this.fileOf(key);
    const folder = file.slice(0, file.lastIndexOf("/"));
    const temporary = `${folder}/.${Math.random().toString(36).slice(2)}.tmp`;
    const write = () => writeFile(temporary, bytes);
    try {
      await write().catch(async (error: unknown) => {
        if (codeOf(error) !== "ENOENT") throw error;
        await fs().mkdir(folder, { recursive: true });
        await write();
      });
      await move(temporary, file);
    } finally {
      await fs()
        .rm(temporary, { force: true })
        .catch(() => {});
    }
  }

  /** Keys come from arrays' metadata: none leads out of the folder. */
  private fileOf(key: string): string {
    const names = key.split("/").filter((name) => name !== "");
    if (!names.some((name) => name === ".." || name.includes("\0"))) return [this.folder, ...names].join("/");
    throw new HelixError("store", `a key must stay within its folder; got ${JSON.stringify(key)}`, { actual: key });
  }
}

function fs(): typeof import("node:fs").promises {
  const found = builtin("node:fs");
  if (found) return found.promises;
  throw new HelixError("store", "a FolderStore needs Node, 20.16 or later; use another store of zarrita's");
}

/** Writes a new file, in few turns. */
async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await fs().open(path, "wx");
  try {
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
  } finally {
    await file.close();
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;
