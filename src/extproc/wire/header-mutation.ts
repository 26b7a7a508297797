import { recordSize, writeRecordHead, writeText } from './bytes-out.ts';
import { WireError } from './wire-error.ts';

/**
 * `envoy.service.ext_proc.v3.HeaderMutation`. Values go out as `raw_value`, so any byte survives; each replaces what is
 * there (`append_action: OVERWRITE_IF_EXISTS_OR_ADD`), since Envoy's default would add a second line.
 */
export function headerMutationSize(setHeaders: readonly string[], removeHeaders: readonly string[]): number {
  if (setHeaders.length % 2 !== 0) {
    throw new WireError('a header name without a value');
  }
  let size = 0;
  for (let i = 0; i < setHeaders.length; i += 2) {
    size += recordSize(optionSize(setHeaders[i] as string, setHeaders[i + 1] as string));
  }
  for (let i = 0; i < removeHeaders.length; i++) {
    size += recordSize((removeHeaders[i] as string).length);
  }
  return size;
}

export function writeHeaderMutation(
  into: Buffer,
  at: number,
  setHeaders: readonly string[],
  removeHeaders: readonly string[],
): number {
  let pos = at;
  for (let i = 0; i < setHeaders.length; i += 2) {
    const name = setHeaders[i] as string;
    const value = setHeaders[i + 1] as string;
    pos = writeRecordHead(into, pos, 0x0a, optionSize(name, value));
    pos = writeRecordHead(into, pos, 0x0a, headerSize(name, value));
    if (name.length > 0) {
      pos = writeRecordHead(into, pos, 0x0a, name.length);
      pos = writeText(into, pos, name, 0x7f);
    }
    if (value.length > 0) {
      pos = writeRecordHead(into, pos, 0x1a, value.length);
      pos = writeText(into, pos, value, 0xff);
    }
    into[pos++] = 0x18;
    into[pos++] = 2;
  }
  for (let i = 0; i < removeHeaders.length; i++) {
    const name = removeHeaders[i] as string;
    pos = writeRecordHead(into, pos, 0x12, name.length);
    pos = writeText(into, pos, name, 0x7f);
  }
  return pos;
}

/** `HeaderValue`: an empty field is not written, as in every proto3 encoder. */
function headerSize(name: string, value: string): number {
  return (name.length > 0 ? recordSize(name.length) : 0) + (value.length > 0 ? recordSize(value.length) : 0);
}

/** `HeaderValueOption`: the header and two bytes of `append_action`. */
function optionSize(name: string, value: string): number {
  return recordSize(headerSize(name, value)) + 2;
}
