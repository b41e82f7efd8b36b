/** What a job leaves in STATE_DIR, on nodes and in the database: what it is, and the source that makes it, by its own word for it. */
import type { RunEntry } from '../src/cluster/run-facts.ts';
import type { DocText } from './words.ts';

export interface Place {
  /** As a reader sees it; `<…>` stands for what differs. */
  readonly path: string;
  readonly meaning: DocText;
  readonly source: string;
  /** What that source calls it. */
  readonly word: string;
}

const facts = 'src/cluster/run-facts.ts';

/** Below STATE_DIR. */
export const statePlaces: readonly Place[] = [
  {
    path: 'known_hosts',
    meaning: 'host keys that `SSH_HOST_KEY_CHECKING=accept-new` has accepted',
    source: 'src/steps/preflight.ts',
    word: '/known_hosts',
  },
  {
    path: 'runs/<run>/result.json',
    meaning: "the last command's result of this run",
    source: 'src/report/report.ts',
    word: "'result.json'",
  },
  {
    path: 'runs/<run>/result-<command>.json',
    meaning: "each command's own, the last time that it ran",
    source: 'src/report/report.ts',
    word: 'result-${',
  },
  {
    path: 'runs/<run>/database/<set>/dump.sql',
    meaning: 'a dump of the database, or of the tables that are purged',
    source: 'src/database/backup.ts',
    word: "'dump.sql'",
  },
  {
    path: 'runs/<run>/database/<set>/backup.json',
    meaning: 'its description: digests, server, tables; written last, so a dump without it is no backup',
    source: 'src/database/backup.ts',
    word: "'backup.json'",
  },
];

/** What stands in the folder of a run on a node; a kind of entry that is new in the code has to be told here. */
const runEntries: Readonly<Record<Exclude<RunEntry, '.' | 'backup/'>, DocText>> = {
  'record.json': 'who the run is, which services ran before; any unharmed copy is enough',
  staged: 'the new folders before the switch',
  backup: 'the old folders after it',
  replaced: 'after a recovery: the new folders, which were live',
  database: 'on two nodes: copies of the dumps, found there when STATE_DIR is lost',
  'old-tree.json': 'what the five folders were right before the switch',
  'old-tree.accepted': 'made by a person who takes the old folders as they are, although they differ from that list',
};

/** Below EGGROLL_HOME/.eggroll-upgrade. */
export const nodePlaces: readonly Place[] = [
  {
    path: 'locks/<n>/',
    meaning: 'the lock of the node: the highest number that is not released has it',
    source: 'src/cluster/remote/lock.sh',
    word: '/locks',
  },
  {
    path: 'hashes',
    meaning: 'hashes of files by inode, size and times, which spare the next run to read them',
    source: 'src/cluster/remote/keep-hashes.sh',
    word: '/hashes"',
  },
  ...Object.entries(runEntries).map(([name, meaning]) => ({
    path: `runs/<run>/${name}`,
    meaning,
    source: facts,
    word: `'${name}'`,
  })),
];

/** Tables beside those of EggRoll. */
export const tablePlaces: readonly Place[] = [
  {
    path: 'eggroll_upgrade_ledger',
    meaning: 'one row per statement of the migration: intent, fingerprint, result',
    source: 'src/database/ledger.ts',
    word: 'Prefix}ledger',
  },
  {
    path: 'eggroll_upgrade_purged',
    meaning: 'what runs have purged',
    source: 'src/database/purge-record.ts',
    word: 'Prefix}purged',
  },
  {
    path: 'eggroll_upgrade_aside_<…>',
    meaning: 'after a recovery: tables that were replaced, until `prune`',
    source: 'src/database/names.ts',
    word: 'Prefix}aside_',
  },
];
