import { describe, expect, it } from 'vitest';
import { withoutFrames } from '../../../src/rehearsal/logs.ts';

const frame = (stream: number, text: string) => {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

describe('withoutFrames', () => {
  it('gives the text of both streams in its order, and nothing of what frames it', () => {
    const printed = Buffer.concat([frame(1, 'one\n'), frame(2, `ERROR ${'é'.repeat(40)}\n`), frame(1, 'two')]);
    expect(withoutFrames(printed)).toBe(`one\nERROR ${'é'.repeat(40)}\ntwo`);
  });

  it('is empty for nothing, and gives what there is of a piece that was cut', () => {
    expect(withoutFrames(Buffer.alloc(0))).toBe('');
    expect(withoutFrames(frame(2, 'whole').subarray(0, 10))).toBe('wh');
  });
});
