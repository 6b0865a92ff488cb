// What lies beside a result's chunks, in .helixconv/ in its folder:
//
//   recipe.json      how it is computed, the same for all that take part
//   kernel.npy       the kernel
//   done/<block>     of a finished block, each chunk's length and SHA-256
//
// A block counts as done when every chunk of it is as its record says.
import { HelixError } from "../errors.js";
import { inParallel, type WritableLocation } from "./arrays.js";

/** Of each chunk of a block, by its key: bytes and SHA-256. */
export type Checksums = Record<string, readonly [bytes: number, sha256: string]>;

interface DoneBlock {
  recipe: string;
  chunks: Checksums;
}

export class Records {
  /** `recipe` is the id of the recipe; what another one left does not count. */
  constructor(
    private readonly output: WritableLocation,
    private readonly recipe: string,
  ) {}

  async add(block: number, chunks: Checksums): Promise<void> {
    await writeJson(this.output, doneKey(block), { recipe: this.recipe, chunks } satisfies DoneBlock);
  }

  /** Whether a block was recorded. */
  async has(block: number): Promise<boolean> {
    return (await this.read(block)) !== undefined;
  }

  /** Whether a block was recorded, and its chunks are as they were then. */
  async verify(block: number): Promise<boolean> {
    const chunks = await this.read(block);
    if (!chunks) return false;
    let isWhole = true;
    await inParallel(Object.entries(chunks), 4, async ([key, [length, sha256]]) => {
      const bytes = isWhole ? await this.output.store.get(key as `/${string}`) : undefined;
      if (bytes?.length !== length || (await digest(bytes)) !== sha256) isWhole = false;
    });
    return isWhole;
  }

  private async read(block: number): Promise<Checksums | undefined> {
    const found = (await readJson(this.output, doneKey(block))) as Partial<DoneBlock> | undefined;
    return found?.recipe === this.recipe ? found.chunks : undefined;
  }
}

const doneKey = (block: number): string => `done/${block}`;

/** Where a file of ours lies. */
const pathOf = (output: WritableLocation, name: string) => output.resolve(`.helixconv/${name}`).path;

export const readRecord = async (output: WritableLocation, name: string): Promise<Uint8Array | undefined> =>
  output.store.get(pathOf(output, name));

export async function writeRecord(output: WritableLocation, name: string, bytes: Uint8Array): Promise<void> {
  await output.store.set(pathOf(output, name), bytes);
}

/** A record that is torn counts as none. */
export async function readJson(output: WritableLocation, name: string): Promise<unknown> {
  const bytes = await readRecord(output, name);
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

export const toJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

async function writeJson(output: WritableLocation, name: string, value: unknown): Promise<void> {
  await writeRecord(output, name, toJson(value));
}

/** Writes a record unless there is one; whichever there is then. Stores that can do so at once do: `setNew`. */
export async function writeFirst(output: WritableLocation, name: string, value: unknown): Promise<unknown> {
  const store = output.store as typeof output.store & {
    setNew?(key: string, bytes: Uint8Array): Promise<boolean>;
  };
  if (store.setNew) await store.setNew(pathOf(output, name), toJson(value));
  else if ((await readRecord(output, name)) === undefined) await writeJson(output, name, value);
  return readJson(output, name);
}

/** SHA-256, in hexadecimal. */
export async function digest(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle)
    throw new HelixError(
      "backend-unavailable",
      "checksums of chunks need Web Cryptography, which a page has only where it is served securely (https, or localhost)",
    );
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
