/** The descriptions, in a checkpoint, of the process that writes it and of the trainer. */
import { native } from '../native.js';
import type { TrainerDescription } from '../run/trainer-description.js';
import { packageVersion } from '../version.js';
import { plain } from './exact-json.js';
import type { Writer } from './state.js';

/** Describes this process at this time. */
export function writer(): Writer {
  return {
    time: new Date().toISOString(),
    thalweg: packageVersion(),
    node: process.versions.node,
    isa: native.isa(),
  };
}

/** Returns the description of a trainer as reading it from a file would return it. */
export function describeTrainer(parts: TrainerDescription): TrainerDescription {
  return plain(parts);
}
