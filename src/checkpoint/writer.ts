/** Who writes checkpoints: this package in this process, and the names and descriptions of trainers. */
import { native } from '../native.js';
import type { TrainerDescription } from '../run/trainer-description.js';
import { packageVersion } from '../version.js';
import { plain } from './exact-json.js';
import type { Writer } from './state.js';

/** This process, now. */
export function writer(): Writer {
  return {
    time: new Date().toISOString(),
    thalweg: packageVersion(),
    node: process.versions.node,
    isa: native.isa(),
  };
}

/** The description of a trainer as a file would give it back. */
export function describeTrainer(parts: TrainerDescription): TrainerDescription {
  return plain(parts);
}
