/** Reads the properties of the system from Node.js. */
import { availableParallelism, cpus, release, type } from 'node:os';

/** The system and the processor on which a process runs. */
export interface System {
  /** Node.js's names of the system and the processor family, such as `linux-x64`. */
  readonly platform: string;
  /** The name and version of the kernel, such as `Linux 6.1.0`. */
  readonly kernel: string;
  /** The C library: `glibc 2.36`, `musl`, or `unknown` where Node.js does not tell it. */
  readonly libc: string;
  /** The version of Node.js, such as `22.11.0`. */
  readonly node: string;
  /** The name of the processor; an empty text where it is unknown. */
  readonly processor: string;
  /** The number of processors that this process may use. */
  readonly processors: number;
}

/** The part of a diagnostic report that names the C library. */
interface Report {
  readonly header?: { readonly glibcVersionRuntime?: string };
  readonly sharedObjects?: readonly string[];
}

/** Returns a report without its network part, which would look up the name of every connection. */
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

/** Reads the system's properties; the C library is looked up once. */
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
