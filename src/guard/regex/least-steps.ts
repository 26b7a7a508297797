/**
 * How many steps a pattern has at least, read off its text: to compile one of a few letters, such as `(\pL{9}){1,100}`,
 * takes time in proportion to its steps. What is no pattern is left to the compiler; the number is good for those that are.
 */
export function leastSteps(pattern: string): number {
  const outer: Level[] = [];
  let level = newLevel();
  const close = (): void => {
    const inner = longest(level);
    level = outer.pop() ?? newLevel();
    add(level, inner);
  };
  for (let rest = pattern; rest !== ''; ) {
    const { kind, found } = tokenOf(rest);
    rest = rest.slice(found[0]?.length ?? 1);
    switch (kind) {
      case 'open':
        outer.push(level);
        level = newLevel();
        break;
      case 'close':
        close();
        break;
      case 'or':
        level = { ...newLevel(), best: longest(level) };
        break;
      case 'times':
        repeat(level, Number(found[2] || found[1]));
        break;
      case 'quoted':
        add(level, found[1]?.length ?? 0);
        break;
      case 'one':
        add(level, 1);
        break;
      case 'nothing':
        add(level, 0);
        break;
      case 'again':
        break;
    }
  }
  while (outer.length > 0) close();
  return longest(level);
}

/** What stands between two parentheses. Alternatives may be factored into each other: only the longest is certain. */
interface Level {
  /** Of the alternatives before. */
  readonly best: number;
  steps: number;
  /** Of what a repetition would be about. */
  last: number;
}

function newLevel(): Level {
  return { best: 0, steps: 0, last: 0 };
}

function longest({ best, steps }: Level): number {
  return Math.max(best, steps);
}

function add(level: Level, steps: number): void {
  level.steps += steps;
  level.last = steps;
}

function repeat(level: Level, times: number): void {
  level.steps += level.last * (times - 1);
  level.last *= times;
}

const tokens = [
  ['times', /^\{(\d+)(?:,(\d*))?\}/],
  ['quoted', /^\\Q([\s\S]*?)(?:\\E|$)/],
  ['one', /^\\(?:[pP](?:\{[^}]*\}|.)|x\{[^}]*\}|[\s\S])/],
  ['one', /^\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/],
  // Flags alone, such as `(?i)`.
  ['nothing', /^\(\?[a-zA-Z-]+\)/],
  ['open', /^\((?:\?(?:[a-zA-Z-]*:|P?<\w+>))?/],
  ['close', /^\)/],
  ['or', /^\|/],
  ['nothing', /^[\^$]/],
  ['again', /^[*+?]/],
  ['one', /^[\s\S]/],
] as const;

function tokenOf(text: string): { readonly kind: (typeof tokens)[number][0]; readonly found: readonly string[] } {
  for (const [kind, shape] of tokens) {
    const found = shape.exec(text);
    if (found !== null) return { kind, found };
  }
  return { kind: 'nothing', found: [] };
}
