import type { Address } from '../../src/controller/control-plane.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';

/** `host:port`, IPv6 in brackets, as it was given to the flag. */
export function addressOf(flag: string, text: string): Result<Address> {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) return err(`--${flag} ${text} is not HOST:PORT.`);
  return ok({ host: match[1].replace(/^\[|\]$/g, ''), port });
}
