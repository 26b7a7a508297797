/** What both ends remember of a connection's headers (RFC 7541 section 2.3.2). */
export class DynamicTable {
  /** Oldest first: name and value in turns. */
  private entries: string[] = [];
  private size = 0;
  private maxSize: number;

  constructor(maxSize: number) {
    this.maxSize = maxSize;
  }

  /** From 0, the newest. Undefined if there are not so many. */
  name(index: number): string | undefined {
    return this.entries[this.entries.length - 2 * index - 2];
  }

  value(index: number): string | undefined {
    return this.entries[this.entries.length - 2 * index - 1];
  }

  add(name: string, value: string): void {
    this.entries.push(name, value);
    this.size += sizeOf(name, value);
    this.evict();
  }

  resize(maxSize: number): void {
    this.maxSize = maxSize;
    this.evict();
  }

  private evict(): void {
    let gone = 0;
    while (this.size > this.maxSize) {
      this.size -= sizeOf(this.entries[gone] as string, this.entries[gone + 1] as string);
      gone += 2;
    }
    if (gone > 0) this.entries = this.entries.slice(gone);
  }
}

/** As RFC 7541 section 4.1 counts. */
export function sizeOf(name: string, value: string): number {
  return name.length + value.length + 32;
}
