import { ConnectionFault, flowFault, http2Code, protocolFault } from './error.ts';
import { defaultMaxFrameBytes, largestMaxFrameBytes, largestWindowBytes, setting } from './frame.ts';

const settingLength = 6;

/** In order, as they take effect. Those that nobody knows are among them: they are to be ignored. */
export type PeerSettings = readonly (readonly [id: number, value: number])[];

export function readSettings(payload: Buffer): PeerSettings {
  if (payload.length % settingLength !== 0) {
    throw new ConnectionFault(http2Code.frameSizeError, 'SETTINGS of an odd length');
  }
  const settings: [number, number][] = [];
  for (let at = 0; at < payload.length; at += settingLength) {
    const id = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    check(id, value);
    settings.push([id, value]);
  }
  return settings;
}

function check(id: number, value: number): void {
  switch (id) {
    case setting.enablePush:
      if (value > 1) throw protocolFault(`SETTINGS_ENABLE_PUSH is ${value}`);
      break;
    case setting.initialWindowSize:
      if (value > largestWindowBytes) throw flowFault();
      break;
    case setting.maxFrameSize:
      if (value < defaultMaxFrameBytes || value > largestMaxFrameBytes) {
        throw protocolFault(`SETTINGS_MAX_FRAME_SIZE is ${value}`);
      }
      break;
    default:
      break;
  }
}
