import { readFileSync } from 'node:fs';

/**
 * The public URL that a file says now: in a cluster that of the ConfigMap `sluice-config`, which an administrator may
 * change at any time. Nothing while it says none, or none that could be called.
 */
export function publicUrlIn(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
  const url = URL.parse(text);
  // A name and a password are nothing to show.
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isUsable ? text : undefined;
}
