import { type Fence, fencesOf } from '../../../tools/docs/markdown.ts';

/** One block of commands of a guide, and what the page shows that they print. */
export interface GuideStep {
  /** Of its opening line. */
  readonly line: number;
  /**
   * run: the commands as they stand. background: the same, and they go on while what follows runs. reader: variables that
   * are different for everybody.
   */
  readonly kind: 'run' | 'background' | 'reader';
  readonly text: string;
  readonly shown: string | undefined;
}

/**
 * The blocks that belong together: `sh cluster`, or another word in place of `cluster` for a way of its own through the
 * page. A `text output` right behind one is what it prints.
 */
export function stepsOf(markdown: string, way: string): readonly GuideStep[] {
  const fences = fencesOf(markdown);
  return fences.flatMap((fence, index): GuideStep[] => {
    const [language, word, kind = 'run'] = fence.info.split(' ');
    if (language !== 'sh' || word !== way) return [];
    if (kind !== 'run' && kind !== 'background' && kind !== 'reader') {
      throw new Error(`line ${fence.line}: ${fence.info} is no kind of step`);
    }
    return [{ line: fence.line, kind, text: fence.text, shown: shownBehind(fences[index + 1]) }];
  });
}

function shownBehind(next: Fence | undefined): string | undefined {
  return next?.info === 'text output' ? next.text : undefined;
}

/** The names of the variables that a reader fills in. The step may do nothing else. */
export function variablesOf({ line, text }: GuideStep): readonly string[] {
  return text
    .trim()
    .split('\n')
    .map((each) => {
      const name = /^export ([A-Z_]+)=/.exec(each)?.[1];
      if (name === undefined) throw new Error(`line ${line}: a reader's step sets variables and nothing else: ${each}`);
      return name;
    });
}
