import type { Socket } from 'node:net';

/** Up to here one copy is cheaper than a list of pieces for the kernel. */
const joinBytes = 64 * 1024;
/** More than this waiting in a socket is a peer that does not read. */
const fullBytes = 256 * 1024;
/** Beyond what data may fill there is room for the answers to all that an honest client can ask for at once. */
const overrunBytes = 1024 * 1024;

/**
 * Frames on their way out. All that is written while a chunk of input is handled goes to the kernel in one piece: a
 * write for each frame would cost more than making it.
 */
export class Output {
  private readonly socket: Socket;
  private frames: Buffer[] = [];
  private bytes = 0;
  private isHeld = false;
  private isScheduled = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Data has to wait for the socket's `drain`. */
  get isFull(): boolean {
    return this.bytes + this.socket.writableLength > fullBytes;
  }

  get isOverrun(): boolean {
    return this.bytes + this.socket.writableLength > overrunBytes;
  }

  push(frame: Buffer): void {
    this.frames.push(frame);
    this.bytes += frame.length;
    if (!this.isHeld && !this.isScheduled) {
      this.isScheduled = true;
      process.nextTick(flush, this);
    }
  }

  /** Until `release`, nothing leaves. */
  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    this.flush();
  }

  flush(): void {
    this.isScheduled = false;
    const { frames, bytes, socket } = this;
    if (frames.length === 0 || this.isHeld) return;
    this.frames = [];
    this.bytes = 0;
    if (!socket.writable) return;
    if (bytes <= joinBytes) {
      socket.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames, bytes));
      return;
    }
    socket.cork();
    for (const frame of frames) socket.write(frame);
    socket.uncork();
  }
}

function flush(output: Output): void {
  output.flush();
}
