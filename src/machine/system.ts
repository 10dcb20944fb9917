/** What this process runs on, as Node.js tells it. */
import { availableParallelism, cpus, release, type } from 'node:os';

/** The system and the processor below a process. */
export interface System {
  /** Node.js's names of system and processor family: `linux-x64`. */
  readonly platform: string;
  /** Name and version of the kernel: `Linux 6.1.0`. */
  readonly kernel: string;
  /** The C library: `glibc 2.36`, `musl`, or `unknown` where Node.js does not tell. */
  readonly libc: string;
  /** The version of Node.js: `22.11.0`. */
  readonly node: string;
  /** What the processor calls itself; empty where it does not say. */
  readonly processor: string;
  /** Processors that this process may run on. */
  readonly processors: number;
}

/** The part of a diagnostic report that names the C library. */
interface Report {
  readonly header?: { readonly glibcVersionRuntime?: string };
  readonly sharedObjects?: readonly string[];
}

/** A report without its network part, which asks for the names of every open connection. */
function report(): Report {
  const report: typeof process.report & { excludeNetwork?: boolean } = process.report;
  const { excludeNetwork: before = false } = report;
  report.excludeNetwork = true;
  try {
    return report.getReport();
  } finally {
    report.excludeNetwork = before;
  }
}

let libc: string | undefined;

function findLibc(): string {
  if (process.platform !== 'linux') return 'unknown';
  try {
    const { header, sharedObjects = [] } = report();
    if (header?.glibcVersionRuntime) return `glibc ${header.glibcVersionRuntime}`;
    return sharedObjects.some((file) => file.includes('musl')) ? 'musl' : 'unknown';
  } catch {
    return 'unknown'; // another runtime than Node.js
  }
}

/** Looks at the system; the C library is looked for once. */
export function lookAtSystem(): System {
  return {
    platform: `${process.platform}-${process.arch}`,
    kernel: `${type()} ${release()}`,
    libc: (libc ??= findLibc()),
    node: process.versions.node,
    processor: cpus()[0]?.model.trim() ?? '',
    processors: availableParallelism(),
  };
}
