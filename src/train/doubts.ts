/** What gives reason to doubt a run that is allowed. */
import type { RunControl } from '../callbacks/callback.js';
import type { RunContext } from './training-run.js';

type Warning = Parameters<RunControl['warn']>[0];

/** Of a run that begins. */
export function doubtsBefore({ model, settings }: RunContext): readonly Warning[] {
  const isIdle = model.parameters.every((parameter) => settings.isFrozen(parameter));
  return isIdle ? [nothingTrained] : [];
}

const nothingTrained: Warning = {
  code: 'NOTHING_TRAINED',
  message: 'every parameter is frozen: no step moves anything',
  remedy: 'leave `trainable: false` out of a layer or group, and rates of 0 out of groups',
};
