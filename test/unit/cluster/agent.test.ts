import ssh2, { type ParsedKey } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { lentAgent, type SigningRules } from '../../../src/cluster/agent.ts';
import { isSignedBy, signatureOf } from '../../../src/cluster/signatures.ts';
import { string, uint32, wireReader } from '../../../src/cluster/wire.ts';

function keyOf(type: 'ed25519' | 'ecdsa' | 'rsa', bits?: number): ParsedKey {
  for (;;) {
    // ssh2 makes a key now and then that it cannot read.
    const options = (bits === undefined ? undefined : { bits }) as { bits: 256 };
    const parsed = ssh2.utils.parseKey(ssh2.utils.generateKeyPairSync(type as 'ecdsa', options).private);
    if (!(parsed instanceof Error)) return parsed;
  }
}

const key = keyOf('ed25519');
const hostKey = keyOf('ecdsa', 256);
const stranger = keyOf('ed25519');
const session = Buffer.from('session one');

const rules: SigningRules = {
  isOpen: () => true,
  isKnownHost: (shown) => shown.equals(hostKey.getPublicSSH()),
  isKnownUser: (user) => user === 'app',
};

/** A conversation in which each message gets its answer. */
function talk(own: ParsedKey = key, changes: Partial<SigningRules> = {}) {
  const stream = lentAgent(own, { ...rules, ...changes }).converse();
  return (message: Buffer): Buffer => {
    stream.write(string(message));
    return wireReader(stream.read() as Buffer).string();
  };
}

interface LoginParts {
  readonly session?: Buffer;
  readonly user?: string;
  readonly service?: string;
  readonly type?: number;
  readonly own?: ParsedKey;
  readonly algorithm?: string;
  /** Of the newer method, which names the host key. */
  readonly bound?: Buffer;
  readonly tail?: string;
}

function loginData(parts: LoginParts = {}): Buffer {
  const own = parts.own ?? key;
  return Buffer.concat([
    string(parts.session ?? session),
    Buffer.of(parts.type ?? 50),
    string(parts.user ?? 'app'),
    string(parts.service ?? 'ssh-connection'),
    string(parts.bound ? 'publickey-hostbound-v00@openssh.com' : 'publickey'),
    Buffer.of(1),
    string(parts.algorithm ?? own.type),
    string(own.getPublicSSH()),
    ...(parts.bound ? [string(parts.bound)] : []),
    Buffer.from(parts.tail ?? ''),
  ]);
}

const signRequest = (data: Buffer, own: ParsedKey = key, flags = 0) =>
  Buffer.concat([Buffer.of(13), string(own.getPublicSSH()), string(data), uint32(flags)]);

function bindRequest({
  signer = hostKey,
  shown = hostKey,
  id = session,
  forwards = 0,
  name = 'session-bind@openssh.com',
} = {}) {
  const signature = signatureOf(signer, signer.type, id);
  return Buffer.concat([
    Buffer.of(27),
    string(name),
    string(shown.getPublicSSH()),
    string(id),
    string(signature),
    Buffer.of(forwards),
  ]);
}

const failure = Buffer.of(5);
const success = Buffer.of(6);

describe('the agent', () => {
  it('has one key', () => {
    const reader = wireReader(talk()(Buffer.of(11)));
    expect([reader.byte(), reader.uint32()]).toEqual([12, 1]);
    expect(reader.string()).toEqual(key.getPublicSSH());
  });

  it.each([
    ['ed25519', keyOf('ed25519'), 0, 'ssh-ed25519'],
    ['ecdsa 256', keyOf('ecdsa', 256), 0, 'ecdsa-sha2-nistp256'],
    ['ecdsa 521', keyOf('ecdsa', 521), 0, 'ecdsa-sha2-nistp521'],
    ['rsa with sha512', keyOf('rsa', 2048), 6, 'rsa-sha2-512'],
    ['rsa with sha256', keyOf('rsa', 2048), 2, 'rsa-sha2-256'],
    ['rsa of old clients', keyOf('rsa', 2048), 0, 'ssh-rsa'],
  ] as const)('signs a login by %s', (_, own, flags, algorithm) => {
    const data = loginData({ own, algorithm });
    const reader = wireReader(talk(own)(signRequest(data, own, flags)));
    expect(reader.byte()).toBe(14);
    const signature = reader.string();
    expect(wireReader(signature).string().toString()).toBe(algorithm);
    expect(isSignedBy(own.getPublicSSH(), data, signature)).toBe(true);
    expect(isSignedBy(own.getPublicSSH(), Buffer.concat([data, data]), signature)).toBe(false);
  });

  it('signs a login that names the host key of a node', () => {
    expect(talk()(signRequest(loginData({ bound: hostKey.getPublicSSH() })))[0]).toBe(14);
  });

  it.each<[string, Buffer, Partial<SigningRules>?]>([
    ['while it is not lent', signRequest(loginData()), { isOpen: () => false }],
    ['for another account', signRequest(loginData({ user: 'root' }))],
    ['for another service', signRequest(loginData({ service: 'ssh-userauth' }))],
    ['what is no login', signRequest(Buffer.from('any text at all'))],
    ['what only begins like a login', signRequest(loginData({ tail: 'x' }))],
    ['another kind of message', signRequest(loginData({ type: 51 }))],
    ['with another key', signRequest(loginData({ own: stranger }), stranger)],
    ['a login with another key', signRequest(loginData({ own: stranger }))],
    ['a login that names another host', signRequest(loginData({ bound: stranger.getPublicSSH() }))],
    ['a request that is cut short', signRequest(loginData()).subarray(0, -8)],
  ])('does not sign %s', (_, request, changes) => {
    expect(talk(key, changes)(request)).toEqual(failure);
  });

  it('takes no other request', () => {
    for (const type of [0, 1, 17, 18, 19, 22, 23, 25]) expect(talk()(Buffer.of(type))).toEqual(failure);
  });

  it('signs only for the session that a client has said it is in', () => {
    const ask = talk();
    expect(ask(bindRequest())).toEqual(success);
    expect(ask(signRequest(loginData()))[0]).toBe(14);
    expect(ask(signRequest(loginData({ session: Buffer.from('session two') })))).toEqual(failure);
  });

  it.each([
    ['with another machine', bindRequest({ signer: stranger, shown: stranger })],
    ['that the machine has not signed', bindRequest({ signer: stranger })],
    ['that passes the agent on', bindRequest({ forwards: 1 })],
    ['of another kind', bindRequest({ name: 'something@else' })],
  ])('does not take a session %s', (_, request) => {
    expect(talk()(request)).toEqual(failure);
  });

  it('reads messages in pieces, and ends a conversation that makes no sense', async () => {
    const stream = lentAgent(key, rules).converse();
    for (const byte of string(Buffer.of(11))) stream.write(Buffer.of(byte));
    expect((stream.read() as Buffer)[4]).toBe(12);
    const error = new Promise((resolve) => stream.once('error', resolve));
    stream.write(uint32(1_000_000));
    expect(await error).toBeInstanceOf(RangeError);
  });
});
