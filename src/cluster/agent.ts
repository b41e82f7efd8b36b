// The SSH agent that nodes are lent while they pass files on to each other: our key stays in this process's memory, and it signs logins
// to the nodes of the lists, nothing else, and only while that is open. The protocol: OpenSSH's PROTOCOL.agent.

import { Duplex } from 'node:stream';
import ssh2, { type ParsedKey } from 'ssh2';
import { isSignedBy, signatureOf } from './signatures.ts';
import { string, uint32, wireReader } from './wire.ts';

export interface SigningRules {
  /** May anything be signed now? */
  isOpen(): boolean;
  /** Is it the host key of a node that this process is logged in to? */
  isKnownHost(hostKey: Buffer): boolean;
  /** Is it the account of a node? */
  isKnownUser(user: string): boolean;
}

export interface LentAgent {
  /** What ssh2 takes for an agent: it asks it for nothing but a stream for each process on a node that wants one. */
  readonly agent: ssh2.BaseAgent;
  /** One conversation with such a process. */
  converse(): Duplex;
}

const requests = { identities: 11, sign: 13, extension: 27 } as const;
const answers = {
  failure: Buffer.of(5),
  success: Buffer.of(6),
  identities: Buffer.of(12),
  signed: Buffer.of(14),
} as const;

/** Longer than any message of the protocol with one key. */
const messageLimitBytes = 65_536;

/** An agent with one key. */
export function lentAgent(key: ParsedKey, rules: SigningRules): LentAgent {
  const converse = () => conversation((message, bound) => answerTo(message, bound, key, rules));
  class Agent extends ssh2.BaseAgent<ParsedKey> {
    override getIdentities(callback: (error: Error | undefined, keys: ParsedKey[]) => void): void {
      callback(undefined, [key]);
    }
    override sign(_key: ParsedKey, _data: Buffer, options: unknown, callback?: ssh2.SignCallback): void {
      const answer = (typeof options === 'function' ? options : callback) as ssh2.SignCallback;
      answer(new Error('This process logs in with its key itself.'));
    }
    override getStream(callback: (error: Error | undefined, stream: Duplex) => void): void {
      callback(undefined, converse());
    }
  }
  return { agent: new Agent(), converse };
}

/** Sessions that a process said it has with servers, each proven by the server's signature. */
type BoundSessions = Map<string, Buffer>;

function conversation(answer: (message: Buffer, bound: BoundSessions) => Buffer): Duplex {
  const bound: BoundSessions = new Map();
  let pending = Buffer.alloc(0);
  return new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4) {
        const length = pending.readUInt32BE(0);
        if (length === 0 || length > messageLimitBytes) return done(new RangeError('The message is too long.'));
        if (pending.length < 4 + length) break;
        this.push(string(answer(pending.subarray(4, 4 + length), bound)));
        pending = pending.subarray(4 + length);
      }
      done();
    },
    final(done) {
      this.push(null);
      done();
    },
  });
}

function answerTo(message: Buffer, bound: BoundSessions, key: ParsedKey, rules: SigningRules): Buffer {
  try {
    const reader = wireReader(message);
    switch (reader.byte()) {
      case requests.identities:
        return Buffer.concat([answers.identities, uint32(1), string(key.getPublicSSH()), string('')]);
      case requests.sign:
        return sign(reader, bound, key, rules) ?? answers.failure;
      case requests.extension:
        return bind(reader, bound, rules) ? answers.success : answers.failure;
      default:
        return answers.failure;
    }
  } catch (error) {
    if (error instanceof RangeError) return answers.failure;
    throw error;
  }
}

type Reader = ReturnType<typeof wireReader>;

/** `session-bind@openssh.com`: which server a session of the asking process is with. Older clients say nothing. */
function bind(reader: Reader, bound: BoundSessions, rules: SigningRules): boolean {
  if (reader.string().toString('latin1') !== 'session-bind@openssh.com') return false;
  const [hostKey, session, signature] = [reader.string(), reader.string(), reader.string()];
  const forwards = reader.byte() !== 0;
  // A node that would lend the agent on, or talks to another machine, gets nothing signed for that session.
  if (forwards || !rules.isKnownHost(hostKey) || !isSignedBy(hostKey, session, signature)) return false;
  bound.set(session.toString('hex'), hostKey);
  return true;
}

/** The signature under a login; undefined when it is none that we lend the agent for. */
function sign(reader: Reader, bound: BoundSessions, key: ParsedKey, rules: SigningRules): Buffer | undefined {
  const [publicKey, data] = [reader.string(), reader.string()];
  const flags = reader.uint32();
  if (!rules.isOpen() || !publicKey.equals(key.getPublicSSH())) return undefined;
  const login = loginIn(data);
  if (!login?.publicKey.equals(publicKey) || !rules.isKnownUser(login.user)) return undefined;
  if (login.hostKey && !rules.isKnownHost(login.hostKey)) return undefined;
  // Once a client says whom it talks to, only that is signed for.
  if (bound.size > 0 && !bound.has(login.session.toString('hex'))) return undefined;
  return Buffer.concat([answers.signed, string(signatureOf(key, algorithmOf(key, flags), data))]);
}

interface Login {
  readonly session: Buffer;
  readonly user: string;
  readonly publicKey: Buffer;
  readonly hostKey?: Buffer;
}

const userAuthRequest = 50;

/** What is signed for a login with a public key (RFC 4252, section 7); undefined for anything else. */
function loginIn(data: Buffer): Login | undefined {
  const reader = wireReader(data);
  const session = reader.string();
  if (reader.byte() !== userAuthRequest) return undefined;
  const [user, service, method] = [reader.string(), reader.string(), reader.string()].map((text) => text.toString());
  if (user === undefined || service !== 'ssh-connection' || reader.byte() !== 1) return undefined;
  reader.string();
  const publicKey = reader.string();
  if (method === 'publickey') return reader.isAtEnd() ? { session, user, publicKey } : undefined;
  if (method !== 'publickey-hostbound-v00@openssh.com') return undefined;
  return { session, user, publicKey, hostKey: reader.string() };
}

function algorithmOf({ type }: ParsedKey, flags: number): string {
  if (type !== 'ssh-rsa') return type;
  if (flags & 4) return 'rsa-sha2-512';
  return flags & 2 ? 'rsa-sha2-256' : 'ssh-rsa';
}
