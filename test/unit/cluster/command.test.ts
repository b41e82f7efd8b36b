import { describe, expect, it } from 'vitest';
import { noRoomIn } from '../../../src/cluster/command.ts';
import { afterMark } from '../../../src/cluster/remote-scripts.ts';

describe('afterMark', () => {
  it('leaves out what a login shell printed first', () => {
    expect(afterMark(Buffer.from('Welcome!\n\u0001begin\u0001\nreal')).toString()).toBe('real');
    expect(afterMark(Buffer.from('Welcome!\n'))).toHaveLength(0);
  });
});

describe('noRoomIn', () => {
  it.each([
    "mkdir: cannot create directory '/data/x': No space left on device",
    'gzip: stdout: No space left on device',
    'tar: lib/a.jar: Cannot write: Disk quota exceeded',
    "touch: cannot touch 'x': Read-only file system",
  ])('knows %j', (line) => {
    expect(noRoomIn(`first\n  ${line}\ntar: Exiting with failure status`)).toBe(line);
  });

  it('takes nothing else for it', () => {
    expect(noRoomIn('tar: Unexpected EOF in archive')).toBeUndefined();
  });
});
