import type { SourceState } from '../source.ts';
import { nothingScanned, scanFolder } from './scan.ts';

/** Reads a folder once. */
export async function readFolder(folder: string): Promise<SourceState> {
  const { state } = await scanFolder(folder, nothingScanned);
  return state;
}
