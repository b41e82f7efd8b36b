import { describe, expect, it } from 'vitest';
import { parseState } from '../../../src/steps/backup-copies.ts';

describe('parseState', () => {
  it('reads room and files', () => {
    const state = parseState('room 4096 1000 250 64 32\ndump.sql 12 abc\nbackup.json 3 def\n');
    expect(state.freeBytes).toBe(1_024_000);
    expect([...state.files]).toEqual([
      ['dump.sql', { sizeBytes: 12, sha256: 'abc' }],
      ['backup.json', { sizeBytes: 3, sha256: 'def' }],
    ]);
  });

  it.each(['', 'room', 'room 4096 0 0 0 0', 'room ? ? ? ? ?', 'room - - - - -'])(
    'does not know the room from %j',
    (text) => {
      expect(parseState(text)).toEqual({ freeBytes: undefined, files: new Map() });
    },
  );
});
