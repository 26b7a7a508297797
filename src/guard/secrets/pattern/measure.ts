import type { Node, Pattern } from './parse.ts';

export interface Measure {
  readonly maxLength: number;
  /** Largest distance from the start of the match to the start of the secret. */
  readonly maxOffset: number;
  /** The smallest. */
  readonly minOffset: number;
}

export function measurePattern(pattern: Pattern): Measure {
  let maxLength = 0;
  let maxOffset = 0;
  let minLength = 0;
  let minOffset = 0;
  for (const node of pattern) {
    if (node.kind === 'open') {
      maxOffset = maxLength;
      minOffset = minLength;
    }
    maxLength += longest(node);
    minLength += shortest(node);
  }
  return { maxLength, maxOffset, minOffset };
}

function shortest(node: Node): number {
  switch (node.kind) {
    case 'text':
      return node.text.length;
    case 'run':
      return node.min;
    case 'choice':
      return node.isOptional ? 0 : Math.min(...node.options.map(shortestOf));
    default:
      return 0;
  }
}

function shortestOf(pattern: Pattern): number {
  return pattern.reduce((length, node) => length + shortest(node), 0);
}

function longest(node: Node): number {
  switch (node.kind) {
    case 'text':
      return node.text.length;
    case 'run':
      return node.max;
    case 'choice':
      return Math.max(...node.options.map((option) => measurePattern(option).maxLength));
    default:
      return 0;
  }
}

/** Enough to be rare in ordinary text; more only makes the gate larger. */
export const gateLength = 12;

/** What every match begins with, as sources of V8 regular expressions of fixed length. */
export function gateSources(pattern: Pattern, limit = gateLength): readonly string[] {
  let sources: Source[] = [{ text: '', length: 0, isComplete: true }];
  for (const node of pattern) {
    if (!sources.some((source) => source.isComplete && source.length < limit)) break;
    sources = sources.flatMap((source) =>
      source.isComplete && source.length < limit ? append(source, node, limit) : [source],
    );
    if (sources.length > 40) break;
  }
  return sources.map((source) => source.text);
}

interface Source {
  readonly text: string;
  readonly length: number;
  /** Whether what follows in the pattern follows directly here as well. */
  readonly isComplete: boolean;
}

function append(source: Source, node: Node, limit: number): readonly Source[] {
  const room = limit - source.length;
  switch (node.kind) {
    case 'text': {
      const text = node.text.slice(0, room);
      return [{ text: source.text + escaped(text), length: source.length + text.length, isComplete: true }];
    }
    case 'run': {
      const count = Math.min(node.min, room);
      if (count === 0) return [{ ...source, isComplete: false }];
      const text = `${source.text}${node.source}${count > 1 ? `{${count}}` : ''}`;
      return [{ text, length: source.length + count, isComplete: node.min === node.max }];
    }
    case 'choice': {
      const longer = node.options.flatMap((option) => {
        let parts: readonly Source[] = [source];
        for (const part of option) {
          parts = parts.flatMap((item) =>
            item.isComplete && item.length < limit ? append(item, part, limit) : [item],
          );
        }
        return parts;
      });
      return node.isOptional ? [...longer, source] : longer;
    }
    default:
      return [source];
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
