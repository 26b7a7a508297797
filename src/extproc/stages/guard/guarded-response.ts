import { Restorer } from '../../../guard/redaction/restorer.ts';
import { AnswerChannel } from '../../../guard/stream/answer-channel.ts';
import type { ChangingText, ResponseText, ResponseTexts, WindowedText } from '../../between-stages/response-texts.ts';
import type { Rejection } from '../../rejection.ts';
import type { AskRemote } from './ask-remotes.ts';
import type { Guarded } from './guarded.ts';
import { judgeTexts, type OnJudged } from './judge-texts.ts';
import { roleOf } from './role.ts';
import { WindowedGuardText } from './windowed-text.ts';

/** The rules for answers, and the way back for what the request has hidden. */
export class GuardedResponse implements ResponseTexts {
  private readonly guarded: Guarded;
  private readonly ask: AskRemote;

  constructor(guarded: Guarded, ask: AskRemote) {
    this.guarded = guarded;
    this.ask = ask;
  }

  get isEnforcing(): boolean {
    const { guards, vault } = this.guarded;
    return vault.size > 0 || guards.response.rules.some(({ action }) => action !== 'observe');
  }

  get isWhole(): boolean {
    return this.guarded.guards.streamedToServices === 'buffer';
  }

  get isWindowed(): boolean {
    return this.guarded.guards.streamedToServices === 'window';
  }

  openWindowed(role: string, field?: string): WindowedText {
    return new WindowedGuardText(this.guarded, this.ask, roleOf(role), field);
  }

  get rejection(): Rejection | undefined {
    return this.guarded.rejection;
  }

  open(role: string, field?: string): ChangingText {
    const { guards, vault, draft, times } = this.guarded;
    const stream = guards.response.stream(roleOf(role), vault, draft, field, times);
    return new GuardedText(this.guarded, new AnswerChannel(stream, vault.index, this.guarded.listener(roleOf(role))));
  }

  judge(texts: readonly ResponseText[], done: OnJudged): void {
    const { guarded } = this;
    const given = texts.map(({ text, role, field }) => ({ text, role: roleOf(role), field }));
    judgeTexts(guarded, guarded.guards.response, given, this.ask, (judged) => {
      done(judged?.map((text) => restored(guarded, text)));
    });
  }
}

function restored(guarded: Guarded, text: string): string {
  const { index } = guarded.vault;
  if (index === undefined) return text;
  const restorer = new Restorer(index);
  const whole = restorer.push(text) + restorer.end();
  guarded.restored += restorer.restored;
  guarded.leftovers += restorer.leftovers;
  return whole;
}

/** One text of a streamed answer. */
class GuardedText implements ChangingText {
  last = '';
  private readonly guarded: Guarded;
  private readonly channel: AnswerChannel;

  constructor(guarded: Guarded, channel: AnswerChannel) {
    this.guarded = guarded;
    this.channel = channel;
  }

  push(text: string): string | undefined {
    const startedAt = performance.now();
    const released = this.channel.push(text);
    this.guarded.responseMs += performance.now() - startedAt;
    return this.released(released);
  }

  end(): string | undefined {
    const startedAt = performance.now();
    const rest = this.channel.end();
    this.guarded.responseMs += performance.now() - startedAt;
    const text = this.released(rest);
    this.guarded.restored += this.channel.restored;
    this.guarded.leftovers += this.channel.leftovers;
    return text;
  }

  private released(text: string): string | undefined {
    const { blockedBy } = this.channel;
    if (blockedBy === undefined) return text;
    this.guarded.block(blockedBy, false);
    this.last = text;
    return undefined;
  }
}
