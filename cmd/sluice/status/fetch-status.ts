import type { Status } from '../../../src/controller/status.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';

const timeoutMs = 5_000;

/** Asks the control plane how it stands. The error is one sentence and what to do. */
export async function fetchStatus(admin: string): Promise<Result<Status>> {
  if (!URL.canParse(admin) || !/^https?:$/.test(new URL(admin).protocol)) {
    return err(`${admin} is not an address. Write one such as http://127.0.0.1:10089.`);
  }
  let response: Response;
  try {
    response = await fetch(new URL('/status', admin), { signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const happened = isLate ? `does not answer within ${timeoutMs / 1000} s` : 'cannot be reached';
    return err(
      `The control plane at ${admin} ${happened}. Start it with "sluice run", or name its address with --admin.`,
    );
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && isStatus(body)) return ok(body);
  return err(`${admin} answered ${response.status}, but not as a control plane does. Check the address.`);
}

function isStatus(body: unknown): body is Status {
  if (typeof body !== 'object' || body === null) return false;
  const { documents, gateways, clients } = body as Partial<Record<keyof Status, unknown>>;
  return Array.isArray(documents) && Array.isArray(gateways) && Array.isArray(clients);
}
