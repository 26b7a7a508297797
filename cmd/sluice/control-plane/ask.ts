import { err, ok, type Result } from '../../../src/lib/result.ts';

const timeoutMs = 5_000;

/** Asks a page of a control plane's admin port. The error is one sentence and what to do. */
export type AskControlPlane = (path: string) => Promise<Result<unknown>>;

export function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** A control plane whose admin port can be reached from here, by an address that is one. */
export function controlPlaneAt(admin: string): AskControlPlane {
  return async (path) => {
    let response: Response;
    try {
      response = await fetch(new URL(path, admin), { signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      const happened = isLate ? `does not answer within ${timeoutMs / 1000} s` : 'cannot be reached';
      return err(
        `The control plane at ${admin} ${happened}. Start it with "sluice run", or name its address with --admin.`,
      );
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok && body !== undefined) return ok(body);
    return err(`${admin} answered ${response.status}, but not as a control plane does. Check the address.`);
  };
}
