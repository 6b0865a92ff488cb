// The header of a .npy file, before its elements. Source: NumPy Enhancement Proposal 1, and numpy.lib.format for
// versions 2 and 3.
//
//   bytes 0 to 5     \x93 N U M P Y
//   bytes 6 and 7    format version: 1, 2 or 3, then 0
//   then             length of the dict, little-endian: 2 bytes in version 1, 4 bytes in versions 2 and 3
//   then             {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   then spaces and "\n"
//                    up to a multiple of 64
import { formatShape, HelixError } from "../errors.js";
import { show } from "../ndarray.js";

export type NpyVersion = 1 | 2 | 3;

export interface Header {
  /** NumPy's code of the dtype, such as "<f4". */
  descr: string;
  /** Whether the elements lie column-major. */
  fortran_order: boolean;
  shape: number[];
}

/** NumPy's own limit; it also keeps every dict within the 65535 bytes of version 1. */
export const MAX_RANK = 64;

const MAGIC = [0x93, ...[..."NUMPY"].map((letter) => letter.charCodeAt(0))];
const EXAMPLE = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";

/** The header, and where the elements begin. */
export function readHeader(bytes: Uint8Array): { header: Header; start: number } {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    const got = bytes.length === 0 ? "an empty file" : JSON.stringify(textOf(bytes.subarray(0, MAGIC.length)));
    const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
    const remedy = isZip ? "unzip the .npz archive and take one of its .npy files" : undefined;
    throw malformed('a .npy file begins with byte 0x93 and "NUMPY"', got, { remedy });
  }
  const [major = 1, minor = 0] = bytes.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0)
    throw malformed("the format version must be 1.0, 2.0 or 3.0", `${major}.${minor}`, { actual: `${major}.${minor}` });
  const dictStart = startOfDict(major);
  let length = 0;
  for (let i = dictStart - 1; i >= 8; i--) length = 256 * length + (bytes[i] ?? 0);
  const start = dictStart + length;
  if (bytes.length < start)
    throw malformed(`the header reaches to byte ${start}`, `a file of ${bytes.length} bytes`, {
      remedy: "the file was cut off; write it again",
      expected: start,
      actual: bytes.length,
    });
  return { header: parseDict(textOf(bytes.subarray(dictStart, start))), start };
}

/** The bytes before the elements, as NumPy writes them. */
export function writeHeader({ descr, fortran_order, shape }: Header, version: NpyVersion): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : formatShape(shape);
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran_order ? "True" : "False"}, 'shape': ${tuple}, }`;
  const dictStart = startOfDict(version);
  const bytes = new Uint8Array(Math.ceil((dictStart + dict.length + 1) / 64) * 64);
  const length = bytes.length - dictStart;
  bytes.set([...MAGIC, version, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(`${dict.padEnd(length - 1)}\n`), dictStart);
  return bytes;
}

const startOfDict = (version: number): number => (version === 1 ? 10 : 12);

/** Reads the dict, and no other Python: three keys in any order, either quote, any spacing, trailing commas. */
function parseDict(text: string): Header {
  let at = 0;
  const take = (token: RegExp): string | undefined => {
    token.lastIndex = at;
    const found = token.exec(text)?.[1];
    if (found !== undefined) at = token.lastIndex;
    return found;
  };
  const refuse = (expected: string): never => {
    const rest = text.slice(at).trim();
    const got = rest ? `${JSON.stringify(show(rest))} at character ${at}` : "its end";
    throw malformed(`the header must be a dict like ${EXAMPLE}, with ${expected} next`, got, {
      expected,
      actual: rest,
    });
  };
  const need = (token: RegExp, expected: string): string => take(token) ?? refuse(expected);
  const readDescr = (): string => {
    if (take(structure))
      throw new HelixError("dtype", "a structured dtype is not supported; save one field at a time, as a['name']");
    return need(quoted, "a dtype in quotes").slice(1, -1);
  };
  const readShape = (): number[] => {
    const shape: number[] = [];
    need(open, "a tuple");
    while (!take(close)) {
      shape.push(sizeFrom(need(word, "a whole number")));
      // (3) is a number in Python; (3,) is a tuple.
      if (shape.length > 1 && take(close)) break;
      need(comma, "a comma");
    }
    return shape;
  };

  const header: Partial<Header> = {};
  need(begin, "{");
  while (!take(end)) {
    const key = need(quoted, "a key in quotes").slice(1, -1);
    if (Object.hasOwn(header, key)) throw malformed("the header must have each key once", `"${key}" twice`);
    need(colon, "a colon");
    if (key === "descr") header.descr = readDescr();
    else if (key === "fortran_order") header.fortran_order = need(boolean, "True or False") === "True";
    else if (key === "shape") header.shape = readShape();
    else throw malformed("the header's keys are descr, fortran_order and shape", JSON.stringify(show(key)));
    if (take(end)) break;
    need(comma, "a comma");
  }
  if (take(anything)) refuse("nothing");
  const { descr, fortran_order, shape } = header;
  if (descr === undefined || fortran_order === undefined || shape === undefined) {
    const keys = Object.keys(header).join(", ") || "none";
    throw malformed("the header needs the keys descr, fortran_order and shape", keys);
  }
  return { descr, fortran_order, shape };
}

// Tokens of the dict.
const begin = /\s*(\{)/y;
const end = /\s*(\})/y;
const open = /\s*(\()/y;
const close = /\s*(\))/y;
const colon = /\s*(:)/y;
const comma = /\s*(,)/y;
const quoted = /\s*('[^'\\]*'|"[^"\\]*")/y;
const boolean = /\s*(True|False)\b/y;
const word = /\s*([^\s,:(){}[\]'"]+)/y;
const structure = /\s*([[({])/y;
const anything = /\s*(?=(\S))/y;

function sizeFrom(digits: string): number {
  const size = Number(digits);
  if (/^(0|[1-9][0-9]*)$/.test(digits) && Number.isSafeInteger(size)) return size;
  throw malformed("every size in shape must be a whole number from 0 to 2^53 - 1", show(digits), { actual: digits });
}

/** Bytes as characters; copied first, since a decoder refuses shared memory. */
const textOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(new Uint8Array(bytes));

/** An error about a file that breaks a rule. */
export function malformed(
  rule: string,
  got: string,
  {
    remedy = "write the file with numpy.save",
    ...fields
  }: { remedy?: string | undefined; expected?: unknown; actual?: unknown } = {},
): HelixError {
  return new HelixError("format", `${rule}; got ${got}; ${remedy}`, fields);
}
