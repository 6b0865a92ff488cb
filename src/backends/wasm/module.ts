// Compiled modules, as the bundler leaves them and as engines take them.

import { builtin } from "../platform/process.js";

/**
 * The bytes of pairs of hexadecimal digits. In code that runs for the first time, Node's own Buffer takes a twentieth of the loop's time, and
 * array methods take many times that.
 */
export function bytesOf(digits: string): Uint8Array<ArrayBuffer> {
  const buffer = builtin("node:buffer")?.Buffer;
  if (buffer) return new Uint8Array(buffer.from(digits, "hex"));
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = (digit(digits.charCodeAt(2 * i)) << 4) | digit(digits.charCodeAt(2 * i + 1));
  return bytes;
}

/** "0" to "9" have codes from 48 on, "a" to "f" from 97 on. */
const digit = (code: number): number => code - (code < 97 ? 48 : 87);

/**
 * The same module with a memory that can be shared: the flags of its imported memory, 1 for "has a maximum", become 3. Its code needs no
 * other change, as threads never write the same place at the same time.
 */
export function shareMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const shared = bytes.slice();
  // Import "env" "memory", kind 2 (memory), flags 1.
  const entry = [3, ...codes("env"), 6, ...codes("memory"), 2, 1];
  const at = shared.findIndex((_, i) => entry.every((byte, k) => shared[i + k] === byte));
  if (at < 0) throw new Error("the module imports no memory with a maximum");
  shared[at + entry.length - 1] = 3;
  return shared;
}

const codes = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));
