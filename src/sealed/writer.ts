/** The description, in a sealed file, of the process that wrote it. */
import { native } from '../native.js';
import { type Infer, object, text } from '../schema.js';
import { packageVersion } from '../version.js';

const name = text(/^.+$/, 'text of at least one character');
const date = text(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'a time in ISO 8601');

/** The schema of a writer. */
export const writerSchema = object({
  /** The time of writing, in ISO 8601. */
  time: date,
  /** The version of this package. */
  thalweg: name,
  /** The version of Node.js. */
  node: name,
  /** The instruction set of the vector lanes. */
  isa: name,
});
/** The process that wrote a file, and the time. */
export interface Writer extends Infer<typeof writerSchema> {}

/** Describes this process at this time. */
export function writer(): Writer {
  return {
    time: new Date().toISOString(),
    thalweg: packageVersion(),
    node: process.versions.node,
    isa: native.isa(),
  };
}
