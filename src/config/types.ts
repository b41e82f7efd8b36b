// What the configuration of a run consists of. Made by `loadConfig` alone.

import type { Language } from '../messages/phrases.ts';

/** Where a host came from: nm_ip_list (ClusterManager and NodeManager) or rs_ip_list (RollSite alone). */
export type ListRole = 'nodemanager' | 'rollsite';

export interface Host {
  /** As written in the list, without user and port: the name used in every message. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly role: ListRole;
}

export interface SshConfig {
  readonly privateKey?: string;
  readonly passphrase?: string;
  readonly password?: string;
  readonly knownHostsFile: string;
  readonly hostKeyChecking: 'strict' | 'accept-new';
  /** Jump hosts in order of connection. */
  readonly jumps: readonly Address[];
}

/** A machine that is reached by SSH. */
export interface Address {
  readonly name: string;
  readonly port: number;
  readonly user: string;
}

export interface DatabaseConfig {
  readonly host: string;
  readonly port: number;
  readonly socketPath?: string;
  readonly user: string;
  readonly password: string;
  readonly name: string;
  readonly scratchName: string;
  readonly tls: 'off' | 'preferred' | 'required' | 'verify';
  /** PEM text of MYSQL_TLS_CA_FILE. */
  readonly tlsCa?: string;
  readonly tlsCaFile?: string;
  /** Folder whose bin/ has mysql and mysqldump; absent: the clients on the PATH. */
  readonly clientHome?: string;
  readonly requireProof: boolean;
  /** A statement file, or the built-in migration for the detected levels. */
  readonly migration: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'auto' };
  readonly purge: 'none' | 'eggroll' | 'fate' | 'all';
}

export interface ServiceConfig {
  readonly control: 'eggroll' | 'supervisord' | 'none';
  readonly supervisordHome: string;
  readonly supervisordPrefix: string;
  /** The site's own, in the place of the script that `control` names; each gets the module as $1. */
  readonly commands?: { readonly start: string; readonly stop: string; readonly status?: string };
  readonly initEnvFile?: string;
  readonly startAfter: boolean;
  /** What becomes of sessions' workers that outlive their NodeManager; with `refuse` nothing is stopped while workers run. */
  readonly leftoverWorkers: 'end' | 'refuse';
}

export interface FateFlowConfig {
  /** In the lists or not: it is connected to by itself, and no node of the run for that. */
  readonly host: Address;
  /** Absolute path of fate_flow's service.sh there. */
  readonly script: string;
}

/** Where the signature of the package lies, and the key that it must have been made with. */
export interface SignatureFiles {
  readonly signatureFile: string;
  readonly publicKeyFile: string;
}

export interface HookConfig {
  /** By `<step> before` or `<step> after`. Run by `sh -c` on the machine of the runner. */
  readonly commands: ReadonlyMap<string, string>;
  /** What a command finds in its environment, beside the facts of the run: the job's own without its secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Config {
  /** NM list first, each list in file order; no duplicates. */
  readonly hosts: readonly Host[];
  readonly eggrollHome: string;
  readonly packagePath: string;
  readonly packageSha256?: string;
  readonly packageSignature?: SignatureFiles;
  readonly ssh: SshConfig;
  /** Absent when MYSQL_FILE is `none`. */
  readonly database?: DatabaseConfig;
  readonly services: ServiceConfig;
  /** Absent where fate_flow is none of this program's business. */
  readonly fateFlow?: FateFlowConfig;
  /** The upgrade shall do what this hash of a plan stands for, or nothing. */
  readonly planHash?: string;
  readonly confPolicy: 'merge' | 'keep' | 'package';
  readonly stateDir: string;
  readonly concurrency: number;
  readonly fanout: 'auto' | 'direct';
  readonly verify: 'changed' | 'full';
  readonly backupKeep: number;
  readonly autoRecover: boolean;
  /** How long to wait for another run that holds the lock; 0: not at all. */
  readonly lockWaitMs: number;
  readonly output: 'auto' | 'tty' | 'plain' | 'json';
  readonly language: Language;
  readonly hooks: HookConfig;
  /** Where the result is posted to; may hold a token. */
  readonly notifyUrl?: string;
  /** The host that goes first, alone; one of `hosts`. */
  readonly canary?: string;
  /** Every secret value, for the redaction of output. */
  readonly secrets: readonly string[];
}
