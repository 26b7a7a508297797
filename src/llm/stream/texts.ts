import type { JsonEdit } from '../text/edit.ts';
import type { JsonPath, TextString } from '../text/leaf.ts';
import type { ChannelText, OpenChannel } from './channel.ts';
import { JsonText } from './json-text.ts';
import type { EventTexts, Piece, StreamShape } from './shape.ts';

interface Channel {
  readonly group: string;
  readonly kind: 'text' | 'json';
  readonly text: ChannelText;
  /** Where the last piece stood: what is left goes out in an event of the same make. */
  event: object;
  path: JsonPath;
  /** What came in and went out, for streams that say it again. */
  readonly memory: Memory | undefined;
}

interface Memory {
  readonly kind: string;
  source: string;
  output: string;
}

const noEdits: readonly JsonEdit[] = [];
const noEvents: readonly object[] = [];

/** The texts of one stream on their way through their channels. */
export class StreamTexts implements EventTexts {
  private readonly open: OpenChannel;
  private readonly shape: StreamShape;
  private readonly channels = new Map<string, Channel>();
  /** By kind and role: what became of a whole text. */
  private known: Map<string, Map<string, string>> | undefined;
  private event: object = noEvents;
  private edits: JsonEdit[] | undefined;
  private before: object[] | undefined;
  private isStopped = false;
  private count = 0;
  private only: Piece | undefined;

  constructor(open: OpenChannel, shape: StreamShape) {
    this.open = open;
    this.shape = shape;
  }

  /** A channel said stop. */
  get isBlocked(): boolean {
    return this.isStopped;
  }

  read(event: object): void {
    this.event = event;
    this.count = 0;
    this.only = undefined;
    this.shape.read(event, this);
  }

  /** What the last event brought, if that was one piece of a text and nothing else. */
  get onlyPiece(): Piece | undefined {
    return this.count === 1 ? this.only : undefined;
  }

  /** An event like `event`, which brought `piece`, with another text: what becomes of it. */
  again(event: object, piece: Piece, text: string): string | undefined {
    this.event = event;
    return this.release(piece, text);
  }

  /** How the last event is to be changed. */
  takeEdits(): readonly JsonEdit[] {
    const edits = this.edits ?? noEdits;
    this.edits = undefined;
    return edits;
  }

  /** What was held back and has to go out before the last event. */
  takeBefore(): readonly object[] {
    const before = this.before ?? noEvents;
    this.before = undefined;
    return before;
  }

  complete(group?: string): void {
    for (const [key, channel] of this.channels) {
      if (group === undefined || channel.group === group) this.end(key, channel);
    }
  }

  completeText(name: string): void {
    for (const [key, channel] of this.channels) {
      const isMeant = key === name || (key.startsWith(name) && key.charCodeAt(name.length) === 0x2f);
      if (isMeant && channel.event !== this.event) this.end(key, channel);
    }
  }

  piece(piece: Piece): void {
    if (this.isStopped) return;
    this.count++;
    this.only = piece;
    const released = this.release(piece, piece.text);
    if (released !== undefined && released !== piece.text) this.edit(piece.path, released);
  }

  private release({ key, group, role, kind, path, isLast }: Piece, text: string): string | undefined {
    let channel = this.channels.get(key);
    if (channel === undefined) {
      const memory = this.shape.isRepeating ? { kind: `${kind} ${role}`, source: '', output: '' } : undefined;
      channel = { group, kind, text: this.channelFor(kind, role), event: this.event, path, memory };
      this.channels.set(key, channel);
    }
    channel.event = this.event;
    channel.path = path;
    let released = channel.text.push(text);
    if (released === undefined) this.stop(channel, '');
    else if (isLast) {
      const rest = channel.text.end();
      if (rest === undefined) this.stop(channel, released);
      released = rest === undefined ? undefined : released + rest;
      this.channels.delete(key);
    }
    if (released !== undefined && channel.memory !== undefined) {
      channel.memory.source += text;
      channel.memory.output += released;
      if (isLast) this.remember(channel.memory);
    }
    return released;
  }

  whole({ path, role, field, kind, text }: TextString): void {
    if (this.isStopped) return;
    this.count += 2;
    const memory = { kind: `${kind} ${role}`, source: text, output: '' };
    let output = this.known?.get(memory.kind)?.get(text);
    if (output === undefined) {
      const channel = this.channelFor(kind, role, field);
      const released = channel.push(text);
      const rest = released === undefined ? undefined : channel.end();
      if (released === undefined || rest === undefined) {
        this.isStopped = true;
        return;
      }
      output = released + rest;
      memory.output = output;
      if (this.shape.isRepeating) this.remember(memory);
    }
    if (output !== text) this.edit(path, output);
  }

  private channelFor(kind: 'text' | 'json', role: Piece['role'], field?: string): ChannelText {
    if (kind === 'json') return new JsonText(this.open);
    return field === undefined ? this.open(role) : this.open(role, field);
  }

  private end(key: string, channel: Channel): void {
    if (this.isStopped) return;
    this.channels.delete(key);
    const rest = channel.text.end();
    if (rest === undefined) {
      this.stop(channel, '');
      return;
    }
    if (channel.memory !== undefined) {
      channel.memory.output += rest;
      this.remember(channel.memory);
    }
    if (rest === '') return;
    this.before ??= [];
    this.before.push(this.shape.carrying(channel.event, channel.path, rest));
  }

  /** What stood before the place where a text has ended goes out like any text that was held back. */
  private stop({ text, event, path }: Channel, before: string): void {
    this.isStopped = true;
    const last = before + (text.last ?? '');
    if (last === '') return;
    this.before ??= [];
    this.before.push(this.shape.carrying(event, path, last));
  }

  private edit(path: JsonPath, text: string): void {
    this.edits ??= [];
    this.edits.push({ path, to: JSON.stringify(text) });
  }

  private remember({ kind, source, output }: Memory): void {
    this.known ??= new Map();
    let texts = this.known.get(kind);
    if (texts === undefined) {
      texts = new Map();
      this.known.set(kind, texts);
    }
    texts.set(source, output);
  }
}
