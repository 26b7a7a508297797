import type { Problem } from '../../../policy/problem.ts';

/** A problem of a file or folder as a whole. */
export function fault(path: string, message: string, remedy: string, severity: Problem['severity'] = 'error'): Problem {
  return { severity, source: path, document: '', path: '', message, remedy };
}

function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}

export function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Why something cannot be read, and what to do about it. */
export function unreadable(path: string, error: unknown): Problem {
  const code = errorCode(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return fault(path, 'cannot be read: permission denied', 'let the user that runs the control plane read it');
  }
  if (code === 'ELOOP') return fault(path, 'is a symlink that leads to itself', 'remove the symlink');
  return fault(path, `cannot be read (${code})`, 'check the file system');
}
