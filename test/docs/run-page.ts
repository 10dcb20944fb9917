/** Does everything that a page says, block by block, in an empty project. */
import { expect } from 'vitest';
import { type Block, blocksOf, placeOf } from './blocks.js';
import { checkCommand } from './commands.js';
import { Project, freePort } from './project.js';

/** The port of a page's server, which a free one replaces. */
const pagePort = /(?<=localhost:|listen\()3000\b/g;

/** Collects the programs without a name, which may have several blocks, and runs them. */
class Programs {
  readonly #project: Project;
  #code = '';
  #place = '';
  #count = 0;

  constructor(project: Project) {
    this.#project = project;
  }

  /** Adds another block: more of the program, or the beginning of the next. */
  async add(block: Block, code: string): Promise<void> {
    if (!block.goesOn) {
      await this.finish();
      this.#place = placeOf(block);
    }
    this.#code += `${block.given}\n${code}`;
  }

  /** Runs the collected program. */
  async finish(): Promise<void> {
    if (this.#code === '') return;
    const file = `program-${++this.#count}.mjs`;
    this.#project.write(file, this.#code);
    const outcome = await this.#project.node(file);
    expect(outcome, `${this.#place}, run as ${file}`).toMatchObject({ status: 0 });
    this.#code = '';
  }
}

/** Replaces each number by `#`: times differ between runs, and digits between machines. */
const withoutNumbers = (text: string): string => text.replace(/\d+(\.\d+)?(e[+-]?\d+)?/g, '#');

/** Runs a command of a console and returns its output; undefined where it is only checked. */
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

/** Runs `$ command` lines, and compares their output where the page shows it. */
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

/** Does what `npm install` and `cp` do to the project; other commands are only checked. */
function follow(project: Project, block: Block, line: string): void {
  checkCommand(placeOf(block), line);
  const [, packages] = /^npm install (?!-)(.+)$/.exec(line) ?? [];
  for (const name of packages?.split(' ') ?? []) if (name !== 'thalweg') project.install(name);
  const [, from, to] = /^cp (\S+) (\S+)$/.exec(line) ?? [];
  if (from !== undefined) project.copy(from, to!);
}

/** Runs a whole page. */
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

/** Returns the commands of a `sh` block, one a line, without comments. */
export function commandLines(code: string): string[] {
  return code
    .split('\n')
    .flatMap((line) => line.replace(/\s+#.*$|^#.*$/, '').split(' && '))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
