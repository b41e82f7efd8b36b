// What the steps work on: the configuration, the cluster, the database, and what this run has learned of them so far.

import type { NodeFacts } from '../cluster/facts.ts';
import type { FateFlow, FateFlowState } from '../cluster/fate-flow.ts';
import type { ClusterNode } from '../cluster/node.ts';
import type { Config } from '../config/config.ts';
import type { Package } from '../config/package.ts';
import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statements.ts';
import type { HomePlan } from '../eggroll/home-plan.ts';
import type { ModuleName } from '../eggroll/services.ts';
import type { Tree } from '../eggroll/tree.ts';
import type { Clock } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Emit } from '../engine/events.ts';
import type { Plan } from '../engine/plan.ts';
import type { FateFlowRecord } from '../engine/record.ts';
import type { Status } from '../engine/status.ts';
import { type Say, sayIn } from '../messages/phrases.ts';
import type { NodeActivity } from './activity.ts';
import { type Downtime, newDowntime, noteStep } from './downtime.ts';
import { type Look, lookOnce, type SwitchState } from './looks.ts';

/** How long services may take. Tests shorten them. */
export interface ServiceLimits {
  readonly stopMs: number;
  readonly startMs: number;
  /** A service that was started has to stay up for so long: a JVM takes its time to die. */
  readonly stableMs: number;
  /** What a process gets to end once its script has ended or a signal was sent; and a worker, once its NodeManager has ended. */
  readonly graceMs: number;
  readonly pollMs: number;
}

const serviceLimits: ServiceLimits = {
  stopMs: 60_000,
  startMs: 90_000,
  stableMs: 3_000,
  graceMs: 15_000,
  pollMs: 400,
};

/** What an upgrade is given; a recovery needs none of it. */
export interface Inputs {
  readonly package: Package;
  /** Undefined with MYSQL_FILE=auto, until the schema is known, and without database work. */
  readonly statements: readonly Statement[] | undefined;
}

export interface Run {
  readonly id: string;
  readonly sequence: number;
  readonly from: string;
  readonly to: string;
  readonly packageDigest: string;
  /** Absent in a run of an earlier release of this program. */
  readonly planHash: string | undefined;
  readonly hosts: readonly string[];
  /** Modules that ran before, by node name; absent until they are known. */
  readonly services: Map<string, readonly string[]>;
  /** Whether fate_flow ran before; undefined until that is known, and where there is none. */
  fateFlow: FateFlowRecord | undefined;
  /** Name of the database that the run works on. */
  readonly database: string | undefined;
}

export interface NodePlan {
  /** The five folders as they were before the switch. */
  readonly old: Tree;
  readonly plan: HomePlan;
}

export interface World {
  readonly config: Config;
  readonly inputs: Inputs | undefined;
  readonly emit: Emit;
  readonly clock: Clock;
  /** Says texts in the language of the run. */
  readonly say: Say;
  readonly signal: AbortSignal;
  /** Closes every door of changes: the command looks, and changes nothing. */
  readonly looksOnly: boolean;
  /** The command neither stops nor starts a service, so it does not matter what runs. */
  readonly leavesServices: boolean;
  readonly limits: ServiceLimits;
  /** Who we are, for those who find a lock taken: command, process, host, run, since when. */
  readonly owner: string;
  /** The id that a new run takes. */
  readonly newRunId: string;
  /** Makes the events of the run carry its id. */
  readonly adoptRun: (id: string) => void;
  /** The last fencing token that this process had of each node, in this try or an earlier one. */
  readonly tokens: Map<string, number>;

  /** While it is open, nodes may log in to each other by this process's key. Absent where nodes pass nothing on. */
  readonly lending: { isOpen: boolean } | undefined;

  // Learned on the way, each by one step.
  nodes: readonly ClusterNode[];
  database: Database | undefined;
  /** Undefined without FATE_FLOW_HOST, and until it is connected. */
  fateFlow: FateFlow | undefined;
  /** As it was when it was checked. */
  fateFlowSeen: FateFlowState | undefined;
  readonly facts: Map<string, NodeFacts>;
  /** What ran when a node was looked at. */
  readonly activities: Map<string, NodeActivity>;
  readonly versionsBefore: Map<string, string>;
  /** Modules that ran when a node was checked, by its name. */
  readonly running: Map<string, readonly ModuleName[]>;
  statements: readonly Statement[];
  schemaBefore: string | undefined;
  run: Run | undefined;
  nothingToDo: boolean;
  readonly plans: Map<string, NodePlan>;
  readonly switchStates: Look<SwitchState>;
  readonly stagedTrees: Look<Tree>;
  /** For the command `plan`. */
  plan: Plan | undefined;
  /** Runs whose backups the command `prune` has removed, or begun to. */
  pruned: readonly string[] | undefined;
  /** For the command `status`. */
  status: Status | undefined;
  readonly downtime: Downtime;
}

/** The run that the lock and open-run steps settled on. */
export function currentRun({ run }: World): Run {
  if (!run) throw defect('no run is open yet');
  return run;
}

export function currentPackage({ inputs }: World): Package {
  if (!inputs) throw defect('this command has no package');
  return inputs.package;
}

function defect(found: string): UpgradeError {
  return new UpgradeError({ code: 'DEFECT', where: 'eggroll-upgrade', found: `A step ran too early: ${found}.` });
}

/** What a command is given, for as many tries as it takes. */
export interface Given
  extends Pick<World, 'config' | 'inputs' | 'emit' | 'clock' | 'signal' | 'looksOnly' | 'adoptRun'> {
  /** Who runs the command, for people who find a lock taken: command, process, host. */
  readonly runner: string;
  /** A new id for a run, another one at each call. */
  readonly makeRunId: () => string;
  readonly limits?: ServiceLimits;
  readonly leavesServices?: boolean;
}

/** A world of which nothing is known yet but what an `earlier` try tells: its locks, and how long the services have been down. */
export function newWorld(
  { runner, makeRunId, limits = serviceLimits, leavesServices = false, ...given }: Given,
  earlier?: World,
): World {
  const newRunId = makeRunId();
  const downtime = earlier?.downtime ?? newDowntime();
  return {
    ...given,
    emit(event) {
      noteStep(downtime, event, given.clock.monotonicMs());
      given.emit(event);
    },
    limits,
    say: sayIn(given.config.language),
    lending: mayLend(given.config) ? { isOpen: false } : undefined,
    leavesServices,
    newRunId,
    owner: `${runner}, run ${newRunId}, since ${given.clock.date().toISOString()}`,
    tokens: new Map(earlier?.tokens),
    nodes: [],
    database: undefined,
    fateFlow: undefined,
    fateFlowSeen: undefined,
    facts: new Map(),
    activities: new Map(),
    versionsBefore: new Map(),
    running: new Map(),
    statements: [],
    schemaBefore: earlier?.schemaBefore,
    run: undefined,
    nothingToDo: false,
    plans: new Map(),
    switchStates: lookOnce(),
    stagedTrees: lookOnce(),
    plan: undefined,
    pruned: undefined,
    status: undefined,
    downtime,
  };
}

// By password alone there is no key to lend.
function mayLend({ fanout, ssh }: Config): boolean {
  return fanout === 'auto' && ssh.privateKey !== undefined;
}
