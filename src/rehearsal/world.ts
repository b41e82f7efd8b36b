// What the phases of a rehearsal are given, and what they learn on the way.

import type { RehearsalConfig } from '../config/rehearsal.ts';
import type { Result } from '../engine/events.ts';
import type { Language } from '../messages/phrases.ts';
import type { Inputs } from '../steps/world.ts';
import type { Around } from './around.ts';
import type { DatabaseSource } from './database-source.ts';
import type { Engine } from './engine.ts';
import type { Homes } from './homes.ts';
import type { RehearsalHost } from './host-names.ts';
import type { ImageNames } from './images.ts';
import type { JobRunner } from './job.ts';
import type { Keeper } from './keeper.ts';
import type { Snapshot } from './snapshot.ts';
import type { Throwaway } from './throwaway.ts';

export interface RehearsalTools extends Around {
  readonly config: RehearsalConfig;
  /** The user's own package and statements. */
  readonly inputs: Inputs;
  /** Names the rehearsal. */
  readonly run: string;
  /** Of what people read, that of the jobs included. */
  readonly language: Language;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Keeps more texts out of everything that is printed or written. */
  readonly addSecrets: (secrets: readonly string[]) => void;
}

/** Where the rehearsal's cluster comes from. */
export interface Sources {
  readonly hosts: readonly RehearsalHost[];
  /** EGGROLL_HOME. */
  readonly home: string;
  readonly homes: Homes;
  readonly database?: DatabaseSource;
  /** Of the account of the database. */
  readonly password: string;
}

export interface RehearsalWorld extends RehearsalTools {
  readonly engine: Engine;
  /** What each phase has shown, by its id. */
  readonly notes: Map<string, string>;
  /** Warnings that were shown: each job would repeat them. */
  readonly warned: Set<string>;
  /** Folders of this machine that go with the rehearsal. */
  readonly temporary: string[];
  keeper: Keeper | undefined;
  images: ImageNames | undefined;
  sources: Sources | undefined;
  throwaway: Throwaway | undefined;
  jobs: JobRunner | undefined;
  before: Snapshot | undefined;
  /** What the upgrade of the rehearsal gave. */
  upgraded: Result | undefined;
  upgradeMs: number;
  /** The job by which a phase failed. */
  failedJob: Result | undefined;
}

/** What an earlier phase has left; a phase that comes too early is a defect. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`A phase of the rehearsal came too early: there is no ${what} yet.`);
  return value;
}
