/** A message that cannot be read or written. The only error this folder throws. */
export class WireError extends Error {
  /** Offset into the message where reading stopped; -1 where nothing was read. */
  readonly position: number;

  constructor(message: string, position = -1) {
    super(position < 0 ? message : `${message} at byte ${position}`);
    this.name = 'WireError';
    this.position = position;
  }
}
