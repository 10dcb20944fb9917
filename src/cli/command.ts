/** What a command of `thalweg` is. */

/** Where a command writes. */
export interface Output {
  /** Writes a line, or several, to standard output. */
  readonly print: (text: string) => void;
  /** Writes a line, or several, to standard error. */
  readonly complain: (text: string) => void;
  /** Width of lines; infinite where no terminal shows them. */
  readonly columns: number;
  readonly isTerminal: boolean;
}

/** A command. */
export interface Command {
  readonly name: string;
  /** What follows the name: `FILE…`. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** What it does, each a paragraph. */
  readonly description: readonly string[];
  /** Its options and what each does. */
  readonly options: Readonly<Record<string, string>>;
  /** How many words it takes besides options. */
  readonly operands: { readonly least: number; readonly most: number };
  /** Does it; gives the exit status. */
  run(given: Given, output: Output): Promise<number>;
}

/** What a command was given. */
export interface Given {
  readonly operands: readonly string[];
  readonly options: ReadonlySet<string>;
}
