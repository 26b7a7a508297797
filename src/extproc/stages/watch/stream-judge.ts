import type { Dialect } from '../../../llm/api.ts';
import { errorBodyOf, readEvent } from '../../../llm/first-event.ts';
import { EventReader, type ServerSentEvent } from '../../../llm/sse.ts';
import type { HiddenFailure, Judgement, ResponseJudge } from '../../watched/attempt-watch.ts';

export interface StreamRules {
  /** An error event in place of a token is a failure. */
  readonly failsOnError: boolean;
  /** The stream begins with its first token; otherwise with the first event that says something of an answer. */
  readonly waitsForToken: boolean;
  readonly dialect: Dialect;
}

const cutOff: HiddenFailure = { reason: 'broken', errorBody: undefined };

/** The start of a stream of events. How long it may take is not decided here: Envoy's time-out for the attempt is. */
export class StreamJudge implements ResponseJudge {
  private readonly rules: StreamRules;
  private readonly reader = new EventReader();

  constructor(rules: StreamRules) {
    this.rules = rules;
  }

  piece(bytes: Buffer): Judgement {
    for (const event of this.reader.push(bytes)) {
      const judgement = this.event(event);
      if (judgement !== 'wait') return judgement;
    }
    // Nobody's error message is as long as that.
    return this.reader.isOverlong ? 'pass' : 'wait';
  }

  end(): 'pass' | HiddenFailure {
    const last = this.reader.end();
    const judgement = last === undefined ? 'wait' : this.event(last);
    if (judgement !== 'wait') return judgement;
    // It has ended, and has not said a thing.
    return this.rules.failsOnError ? cutOff : 'pass';
  }

  private event(event: ServerSentEvent): Judgement {
    const { failsOnError, waitsForToken, dialect } = this.rules;
    const reading = readEvent(event);
    switch (reading.kind) {
      case 'error':
        if (!failsOnError) return 'pass';
        return { reason: 'error', errorBody: Buffer.from(JSON.stringify(errorBodyOf(reading.value, dialect))) };
      case 'token':
        return 'pass';
      case 'preamble':
        return waitsForToken ? 'wait' : 'pass';
      case 'accepted':
      case 'idle':
        return 'wait';
    }
  }
}
