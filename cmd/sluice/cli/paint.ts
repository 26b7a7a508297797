import { styleText } from 'node:util';
import type { Io } from './io.ts';

export type Paint = (style: 'bold' | 'dim' | 'red' | 'yellow' | 'green', text: string) => string;

export function paintFor(io: Pick<Io, 'isColoured'>): Paint {
  if (!io.isColoured) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
