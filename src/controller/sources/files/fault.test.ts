import { describe, expect, it } from 'vitest';
import { unreadable } from './fault.ts';

describe('unreadable', () => {
  it.each([
    ['EACCES', 'cannot be read: permission denied', 'let the user that runs the control plane read it'],
    ['EPERM', 'cannot be read: permission denied', 'let the user that runs the control plane read it'],
    ['ELOOP', 'is a symlink that leads to itself', 'remove the symlink'],
    ['EIO', 'cannot be read (EIO)', 'check the file system'],
  ])('explains %s', (code, message, remedy) => {
    const error = Object.assign(new Error('no such luck'), { code });
    expect(unreadable('/policy/a.yaml', error)).toMatchObject({ source: '/policy/a.yaml', message, remedy });
  });
});
