import type { SerializedError } from 'vitest/node';

/** One failure in full: what failed, every error of it with its difference, and the stack without foreign frames. */
export function formatFailure(title: string, errors: readonly SerializedError[]): string {
  return underHeadline(`FAILED ${title}`, errors);
}

/** Passed, but somebody should know, and see why it failed before: what needs luck is not done. */
export function formatLuck(title: string, errors: readonly SerializedError[]): string {
  return underHeadline(`only at the second try: ${title}`, errors);
}

function underHeadline(headline: string, errors: readonly SerializedError[]): string {
  return [headline, ...errors.flatMap(formatError)].join('\n');
}

function formatError(error: SerializedError): string[] {
  const lines = indent(`${error.name ?? 'Error'}: ${error.message}`);
  const diff = (error as { diff?: unknown }).diff;
  if (typeof diff === 'string') lines.push(...indent(diff));
  const stack = error.stacks?.map(
    (frame) => `at ${frame.method || '<anonymous>'} ${frame.file}:${frame.line}:${frame.column}`,
  );
  const frames =
    stack ??
    (error.stack ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at '));
  lines.push(...indent(frames.filter((frame) => !frame.includes('node_modules')).join('\n')));
  if (error.cause) lines.push('  caused by:', ...formatError(error.cause as SerializedError));
  return lines;
}

function indent(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `  ${line}`);
}
