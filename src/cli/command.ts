/** The interface of the commands of `thalweg`. */

/** The output of a command. */
export interface Output {
  /** Writes a line, or several, to standard output. */
  readonly print: (text: string) => void;
  /** Writes a line, or several, to standard error. */
  readonly complain: (text: string) => void;
  /** The greatest width of a line in characters; infinite where the output is not a terminal. */
  readonly columns: number;
  readonly isTerminal: boolean;
}

/** A command. */
export interface Command {
  readonly name: string;
  /** The arguments as the help shows them behind the name, such as `FILE…`. */
  readonly usage: string;
  /** A description of one line, for the list of commands. */
  readonly summary: string;
  /** The paragraphs of the command's help. */
  readonly description: readonly string[];
  /** The options, each with a description. */
  readonly options: Readonly<Record<string, string>>;
  /** The least and the greatest number of arguments that are not options. */
  readonly operands: { readonly least: number; readonly most: number };
  /** Runs the command, and returns the exit status. */
  run(given: Given, output: Output): Promise<number>;
}

/** The arguments of a command, sorted into options and others. */
export interface Given {
  readonly operands: readonly string[];
  readonly options: ReadonlySet<string>;
}
