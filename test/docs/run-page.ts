/** Does what a page says, block after block, in an empty project. */
import { expect } from 'vitest';
import { type Block, blocksOf, placeOf } from './blocks.js';
import { checkCommand } from './commands.js';
import { Project, freePort } from './project.js';

/** The port of a page's server; one that is free takes its place. */
const pagePort = /(?<=localhost:|listen\()3000\b/g;

/** Programs without a name of their own, and how many blocks make one. */
class Programs {
  readonly #project: Project;
  #code = '';
  #place = '';
  #count = 0;

  constructor(project: Project) {
    this.#project = project;
  }

  /** Another block: more of the program, or the beginning of the next. */
  async add(block: Block, code: string): Promise<void> {
    if (!block.goesOn) {
      await this.finish();
      this.#place = placeOf(block);
    }
    this.#code += `${block.given}\n${code}`;
  }

  /** Runs what has come together. */
  async finish(): Promise<void> {
    if (this.#code === '') return;
    const file = `program-${++this.#count}.mjs`;
    this.#project.write(file, this.#code);
    const outcome = await this.#project.node(file);
    expect(outcome, `${this.#place}, run as ${file}`).toMatchObject({ status: 0 });
    this.#code = '';
  }
}

/** Each number as `#`: times differ from run to run, and other digits from machine to machine. */
const withoutNumbers = (text: string): string => text.replace(/\d+(\.\d+)?(e[+-]?\d+)?/g, '#');

/** Runs a command of a console; what it printed, or undefined where it was only looked at. */
async function runCommand(project: Project, command: string): Promise<string | undefined> {
  const [, file, background] = /^node (\S+\.mjs)( &)?$/.exec(command) ?? [];
  if (file === undefined) return undefined;
  if (background !== undefined) return project.start(file);
  const { status, stdout, stderr } = await project.node(file);
  expect({ status, stderr: status === 0 ? '' : stderr }, command).toEqual({
    status: 0,
    stderr: '',
  });
  return stdout;
}

/** `$ command` lines and what they print, which is compared where the page shows it. */
async function runConsole(project: Project, block: Block, code: string): Promise<void> {
  const steps = code.split(/^\$ /m).slice(1);
  expect(
    steps.length,
    `${placeOf(block)}: a console has a line that begins with $`,
  ).toBeGreaterThan(0);
  for (const step of steps) {
    const end = step.indexOf('\n');
    const [command, shown] = [step.slice(0, end), step.slice(end + 1)];
    checkCommand(placeOf(block), command);
    const printed = await runCommand(project, command);
    if (printed === undefined || shown === '') continue;
    expect(withoutNumbers(printed), `${placeOf(block)}: ${command}`).toBe(withoutNumbers(shown));
  }
}

/** Follows what `npm install` and `cp` do to the project; other commands are looked at alone. */
function follow(project: Project, block: Block, line: string): void {
  checkCommand(placeOf(block), line);
  const [, packages] = /^npm install (?!-)(.+)$/.exec(line) ?? [];
  for (const name of packages?.split(' ') ?? []) if (name !== 'thalweg') project.install(name);
  const [, from, to] = /^cp (\S+) (\S+)$/.exec(line) ?? [];
  if (from !== undefined) project.copy(from, to!);
}

/** Runs a page whole. */
export async function runPage(page: string): Promise<void> {
  await using project = new Project();
  const port = String(await freePort());
  const programs = new Programs(project);
  for (const block of blocksOf(page)) {
    if (block.leftOut !== undefined) continue;
    const code = block.code.replace(pagePort, port);
    if (block.language === 'js' && block.file !== undefined) project.write(block.file, code);
    else if (block.language === 'js') await programs.add(block, code);
    else await programs.finish();
    if (block.language === 'sh')
      for (const line of commandLines(code)) follow(project, block, line);
    if (block.language === 'console') await runConsole(project, block, code);
  }
  await programs.finish();
}

/** The commands of a `sh` block, one a line, without comments. */
export function commandLines(code: string): string[] {
  return code
    .split('\n')
    .flatMap((line) => line.replace(/\s+#.*$|^#.*$/, '').split(' && '))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
