import type { Status } from '../../../src/controller/status.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { AskControlPlane } from '../control-plane/ask.ts';

/** How a control plane stands. The error is one sentence and what to do. */
export async function fetchStatus(ask: AskControlPlane): Promise<Result<Status>> {
  const answer = await ask('/status');
  if (!answer.ok) return answer;
  if (isStatus(answer.value)) return ok(answer.value);
  return err('What answered is no control plane of this version. Check the address.');
}

function isStatus(body: unknown): body is Status {
  if (typeof body !== 'object' || body === null) return false;
  const { documents, gateways, clients } = body as Partial<Record<keyof Status, unknown>>;
  return Array.isArray(documents) && Array.isArray(gateways) && Array.isArray(clients);
}
