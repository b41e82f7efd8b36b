import { createPublicKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { parsePublicKey } from '../../../src/config/signature-files.ts';
import { minisignKey, minisignKeyFile, rawPublicKey } from '../../support/minisign.ts';

it.each([
  ['EFCDAB8967452301', '123456789ABCDEF'],
  ['0100000000000000', '1'],
  ['00000000000000F0', 'F000000000000000'],
])('the number %s of a key of minisign is told as %s, without zeros before it', (bytes, told) => {
  const key = rawPublicKey(createPublicKey(minisignKey().privateKey));
  const file = minisignKeyFile(Buffer.from(bytes, 'hex'), key);
  expect(parsePublicKey(Buffer.from(file))).toMatchObject({ keyId: told });
});
