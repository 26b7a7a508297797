import { Restorer } from '../../../guard/redaction/restorer.ts';
import type { RemoteText } from '../../../guard/remote-judge.ts';
import type { TextRole } from '../../../guard/rule.ts';
import type { GuardStream } from '../../../guard/stream/guard-stream.ts';
import { JudgedChannel } from '../../../guard/stream/judged-channel.ts';
import type { WindowedText } from '../../between-stages/response-texts.ts';
import { type AskRemote, askRemotes } from './ask-remotes.ts';
import type { Guarded } from './guarded.ts';

/** One text of a streamed answer: by the local rules as it comes, by services in windows, then tokens are turned back. */
export class WindowedGuardText implements WindowedText {
  private readonly guarded: Guarded;
  private readonly ask: AskRemote;
  private readonly local: GuardStream | undefined;
  private readonly heard: ((text: string) => void) | undefined;
  /** Some service has a say about texts of this role. */
  private readonly isAsked: boolean;
  private readonly channel: JudgedChannel;
  private readonly restorer: Restorer;
  private readable = '';
  private hasEnded = false;
  private isComplete = false;

  constructor(guarded: Guarded, ask: AskRemote, role: TextRole, field: string | undefined) {
    const { guards, vault, draft, times } = guarded;
    this.guarded = guarded;
    this.ask = ask;
    this.local = guards.response.stream(role, vault, draft, field, times);
    this.heard = guarded.listener(role);
    this.isAsked = guards.response.remoteRules(role).some(({ action }) => action !== 'observe');
    this.channel = new JudgedChannel(role, 'window');
    this.restorer = new Restorer(vault.index);
  }

  push(text: string): void {
    const { local } = this;
    this.passed(local === undefined ? text : this.timed(() => local.push(text)));
    this.noteBlock();
  }

  end(): void {
    const { local } = this;
    if (local !== undefined) this.passed(this.timed(() => local.end()));
    this.noteBlock();
    this.channel.end();
    this.hasEnded = true;
  }

  judge(done: (isReadable: boolean) => void): boolean {
    const texts = this.guarded.rejection === undefined ? this.channel.next() : undefined;
    if (texts === undefined) {
      this.complete();
      return false;
    }
    askRemotes({ guarded: this.guarded, guard: this.guarded.guards.response, texts, ask: this.ask }, (answers) => {
      // A service without its credential is answered for at once.
      queueMicrotask(() => this.guarded.contain(() => done(this.settle(texts, answers))));
    });
    return true;
  }

  take(): string {
    const text = this.readable;
    this.readable = '';
    return text;
  }

  /** What the local rules have left. */
  private passed(text: string): void {
    this.heard?.(text);
    if (this.isAsked) this.channel.push(text);
    else this.readable += this.restorer.push(text);
  }

  private settle(texts: readonly [RemoteText], answers: Parameters<JudgedChannel['settle']>[0]): boolean {
    const { findings, blockedBy, texts: judged } = this.channel.settle(answers, this.guarded.vault);
    this.guarded.draft.addAll(findings);
    if (blockedBy !== undefined) {
      const isUnjudged = answers.some(({ rule, verdict }) => rule === blockedBy && verdict.kind === 'failed');
      this.guarded.block(blockedBy, isUnjudged);
      return false;
    }
    this.readable += this.restorer.push(judged[0] ?? texts[0].text);
    return true;
  }

  private complete(): void {
    if (!this.hasEnded || this.isComplete || this.guarded.rejection !== undefined) return;
    this.isComplete = true;
    this.readable += this.restorer.end();
    this.guarded.restored += this.restorer.restored;
    this.guarded.leftovers += this.restorer.leftovers;
  }

  private timed(work: () => string): string {
    const startedAt = performance.now();
    const text = work();
    this.guarded.responseMs += performance.now() - startedAt;
    return text;
  }

  private noteBlock(): void {
    if (this.local?.blockedBy !== undefined) this.guarded.block(this.local.blockedBy, false);
  }
}
