import { errorEvent, refusalOfStatus } from '../dialect/error.ts';
import { type Outgoing, outgoingRefusal, type Sender, stream, truncate } from '../send/outgoing.ts';
import type { Fault } from './behaviour.ts';

/** What is sent instead of the proper answer. Cuts and silence leave it as it is: they are about the connection. */
export function asBehaved(fault: Fault | undefined, proper: () => Outgoing, sender: Sender): Outgoing {
  switch (fault?.kind) {
    // Before anything is checked: a provider that is down does not look at credentials.
    case 'status':
      return outgoingRefusal(refusalOfStatus(fault.status, fault.message, fault.retryAfterSeconds), sender);
    case 'error-under-200':
      return outgoingRefusal(refusalOfStatus(500), sender, 200);
    case 'first-event-error':
      return firstEventError(proper(), sender);
    case 'truncated-json':
      return truncate(proper());
    default:
      return proper();
  }
}

function firstEventError(proper: Outgoing, sender: Sender): Outgoing {
  const refusal = refusalOfStatus(500);
  if (!proper.isStream) return outgoingRefusal(refusal, sender, 200);
  const event = errorEvent(refusal, sender.dialect, sender.requestId);
  return stream(proper.failed?.(refusal) ?? { kind: 'stream', lead: [], content: [event], tail: [] }, sender);
}
