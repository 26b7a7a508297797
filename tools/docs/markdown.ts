/** Aligned as the formatter of the repository wants it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...escaped.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...rest] = escaped;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}

export interface Fence {
  /** What stands behind the opening backticks: `sh run`. */
  readonly info: string;
  readonly text: string;
  /** Of the opening line, counted from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const mark = /^```(.*)$/.exec(line);
    if (mark === null) open?.lines.push(line);
    else if (open === undefined) open = { info: (mark[1] ?? '').trim(), line: index + 1, lines: [] };
    else {
      fences.push({ info: open.info, line: open.line, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    }
  }
  return fences;
}

const section = /(<!-- generated: (.+?) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The names of the generated sections of a page. */
export function generatedSections(markdown: string): string[] {
  return [...markdown.matchAll(section)].map((match) => match[2] ?? '');
}

/** The page with each generated section as it should be. */
export async function withGenerated(markdown: string, render: (name: string) => Promise<string>): Promise<string> {
  const texts = new Map<string, string>();
  for (const name of generatedSections(markdown)) texts.set(name, await render(name));
  return markdown.replace(section, (_all, start: string, name: string, end: string) => {
    return `${start}\n${texts.get(name) ?? ''}\n\n${end}`;
  });
}
