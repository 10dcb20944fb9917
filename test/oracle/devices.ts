/** The devices that this machine has. */
import { native } from '../../src/native.js';

/** Returns false where the machine lacks the device, such as an instruction set. */
export function isAvailable(device: string): boolean {
  try {
    return native.implementations(device).length > 0;
  } catch {
    return false;
  }
}
