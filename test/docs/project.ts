/** Makes a folder like a reader's: with a package.json, and the built package installed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { newFolder } from '../new-folder.js';

const root = process.cwd();
const run = promisify(execFile);

/** A page may install these packages besides thalweg. */
const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  devDependencies: Record<string, string>;
};

/** All pages for readers; docs/api is generated. */
export const pages: readonly string[] = [
  ...readdirSync('.').filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md'),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file))
    .sort(),
];

/** The output of a program, and its exit status. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project and its background processes. */
export class Project implements AsyncDisposable {
  readonly folder = newFolder();
  readonly #servers: ChildProcess[] = [];

  constructor() {
    this.write('package.json', '{ "name": "project", "private": true }\n');
    this.install('thalweg', root);
  }

  /** Writes a file of the project. */
  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  /** Installs a package by a link, and refuses packages that the development does not have. */
  install(name: string, from = join(root, 'node_modules', name)): void {
    if (from !== root && devDependencies[name] === undefined)
      throw new Error(`a page installs ${name}, which no test can`);
    const link = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(from, link);
  }

  /** Copies a file of the project, into a folder where `to` is one. */
  copy(from: string, to: string): void {
    const target = to === '.' ? basename(from) : to;
    copyFileSync(join(this.folder, from), join(this.folder, target));
  }

  /** Runs Node.js in the folder. */
  async node(...args: readonly string[]): Promise<Outcome> {
    try {
      const done = await run(process.execPath, args, { cwd: this.folder });
      return { status: 0, ...done };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { status: code, stdout, stderr };
    }
  }

  /** Starts a program that runs on, and waits for its first line. */
  async start(file: string): Promise<string> {
    const server = spawn(process.execPath, [file], { cwd: this.folder });
    this.#servers.push(server);
    const [line] = (await Promise.race([
      once(server.stdout, 'data'),
      once(server.stderr, 'data'),
      once(server, 'exit'),
    ])) as unknown[];
    return String(line);
  }

  /** Ends the background processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      if (server.exitCode !== null || server.signalCode !== null) continue;
      server.kill();
      await once(server, 'exit');
    }
  }
}

/** Finds a port that no program listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
