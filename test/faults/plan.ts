// Which cases are run: all of them, or a sample that has each step and each script at least once.

import type { KillCase } from './case.ts';
import type { Random } from './job/random-numbers.mts';
import { changeName, type KillPoint } from './points.ts';
import { killsOf, type Reference } from './reference.ts';

/** Every kill point of every scenario, each way; STATE_DIR is lost in every fifth case. */
export function allCases(references: readonly Reference[]): KillCase[] {
  return references.flatMap((reference) =>
    killsOf(reference).flatMap((point, index) => [
      single(reference, point, 'upgrade', 2 * index),
      single(reference, point, 'recover', 2 * index + 1),
    ]),
  );
}

/** Every kill point of every scenario once; the ways take turns. */
export function eachCase(references: readonly Reference[]): KillCase[] {
  return allCases(references).filter((_, index) => index % 4 === 0 || index % 4 === 3);
}

/** Every kind of point of every scenario once; the ways take turns. */
export function sampleCases(references: readonly Reference[]): KillCase[] {
  return references.flatMap((reference, place) => casesOfEachKind([reference], place));
}

/** Each step's begin, the middle of each kind of statement, and each script held once, in whichever scenario has it; the ways take turns. */
export function oneOfEach(references: readonly Reference[]): KillCase[] {
  const held = new Set<string>();
  return casesOfEachKind(references, 0).filter(({ kills: [point] }) => {
    const { key, moment } = point;
    if (moment.kind === 'at') return key.startsWith('step-started');
    if (moment.kind === 'inside') return changeName(point).startsWith('SQL ');
    const isFirst = moment.call.isKnown && !held.has(moment.call.script);
    if (isFirst) held.add(moment.call.script);
    return isFirst;
  });
}

function casesOfEachKind(references: readonly Reference[], start: number): KillCase[] {
  const seen = new Set<string>();
  return references.flatMap((reference) =>
    killsOf(reference).flatMap((point) => {
      const kind = kindOf(point);
      if (seen.has(kind)) return [];
      seen.add(kind);
      const count = start + seen.size;
      return [single(reference, point, count % 2 === 0 ? 'upgrade' : 'recover', count)];
    }),
  );
}

/** Two kills, the second in the run that was to finish the first: at a point of an undisturbed run of that command. */
export function pairCases(references: readonly Reference[], count: number, random: Random): KillCase[] {
  return Array.from({ length: count }, (_, index) => {
    const first = random.pick(references);
    const way = random.pick(['upgrade', 'recover'] as const);
    const later = references.filter(
      ({ scenario }) => scenario.command === way && scenario.data === first.scenario.data,
    );
    const kills = [random.pick(killsOf(first)), random.pick(killsOf(random.pick(later)))] as const;
    return { ...single(first, kills[0], way, index), kills: [...kills] };
  });
}

function single({ scenario }: Reference, point: KillPoint, way: KillCase['way'], index: number): KillCase {
  return { scenario, kills: [point], way, state: index % 5 === 4 ? 'lost' : 'kept', again: index % 8 === 0 };
}

/** Points of one kind differ only in the node, in the occurrence, or in the words of a message. */
function kindOf(point: KillPoint): string {
  const { moment } = point;
  if (moment.kind === 'held') return `held ${moment.call.script} ${moment.call.program} ${moment.call.isKnown}`;
  const [type = '', first = '', second = ''] = point.key.split(' | ');
  if (type === 'change') return `${type} ${first} ${moment.kind} ${changeName(point)}`;
  return type.startsWith('step-') ? `${type} ${first} ${second}` : type;
}
