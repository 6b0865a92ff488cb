// The native programs: how each is started, one thread, and what must be installed for it.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

export interface Program {
  name: "SciPy" | "torch" | "FFTW-f32" | "FFTW-f64";
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
}

/** Debian's, whatever python3 is found first. */
const PYTHON = "/usr/bin/python3";

const SCRATCH = "build/bench";

/** Environment of all: one thread, and the machine's own kernels of OpenBLAS. */
const SINGLE = {
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  OPENBLAS_CORETYPE: undefined,
  PYTHONDONTWRITEBYTECODE: "1",
};

/** Memory is kept rather than given back: else half of SciPy's time is page faults. */
const PINNED = {
  MALLOC_TOP_PAD_: "1073741824",
  MALLOC_MMAP_THRESHOLD_: "4294967296",
  MALLOC_TRIM_THRESHOLD_: "8589934592",
};

/** What is installed; the rest is reported, loudly. */
export function programs(): Program[] {
  mkdirSync(SCRATCH, { recursive: true });
  return [
    python("SciPy", "scipy", "scipy_bench.py", "python3-scipy"),
    python("torch", "torch", "torch_bench.py", "python3-torch"),
    fftw("f32", ["-DSINGLE", "-lfftw3f"]),
    fftw("f64", ["-lfftw3"]),
  ].filter((program) => program !== undefined);
}

function python(name: "SciPy" | "torch", module: string, file: string, packages: string): Program | undefined {
  const probe = spawnSync(PYTHON, ["-c", `import ${module}`], { encoding: "utf8" });
  if (probe.status !== 0) return missing(name, packages, probe.stderr ?? String(probe.error));
  return { name, command: PYTHON, args: [`bench/native/${file}`], env: { ...SINGLE, ...PINNED } };
}

function fftw(precision: "f32" | "f64", options: string[]): Program | undefined {
  const name = `FFTW-${precision}` as const;
  const command = `${SCRATCH}/fftw-${precision}`;
  const compiled = spawnSync(
    "gcc",
    ["-O3", "-march=native", "-Wall", "-Wextra", "-Werror", "bench/native/fftw_bench.c", "-o", command, ...options],
    { encoding: "utf8" },
  );
  if (compiled.status !== 0) return missing(name, "gcc libfftw3-dev", compiled.stderr ?? String(compiled.error));
  return { name, command, args: [`${command}.wisdom`], env: {} };
}

function missing(name: string, packages: string, why: string): undefined {
  console.error(
    `\n!!! NOT MEASURED against ${name}: ${why.trim().split("\n").at(-1)}\n!!! To install it: apt-get install ${packages}\n`,
  );
}

export const scratchFile = (name: string): string => `${SCRATCH}/${name}`;
