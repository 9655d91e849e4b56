import type { Generator } from '../../data/generator.ts';
import type { Facts, Fields, Row, Table } from '../../data/rows.ts';
import { generatedTable } from '../../data/tables/generated.ts';
import { type IssueMaker, issueMaker } from './fields.ts';
import { type Course, historyOf } from './history.ts';

/** Issues are computed on request, so that a sandbox with any number of them starts at once. */
export function issueTable(generator: Generator): Table {
  const { times, id, courseOf } = historyOf(generator);
  const make = issueMaker(generator);
  return generatedTable({
    times,
    indexOf: id.indexOf,
    make: (index) => new IssueRow(index, id.of(index), courseOf(index), make),
  });
}

const NOWHERE: Facts = {};

/** The issue itself is computed on first use. A class, because millions are created. */
class IssueRow implements Row {
  readonly key: string;
  readonly created: number;
  readonly path: Facts = NOWHERE;
  readonly raw = false;
  readonly #index: number;
  readonly #course: Course;
  readonly #make: IssueMaker;
  #made: Fields | undefined;

  constructor(index: number, key: string, course: Course, make: IssueMaker) {
    this.key = key;
    this.created = course.created;
    this.#index = index;
    this.#course = course;
    this.#make = make;
  }

  get object(): Fields {
    this.#made ??= this.#make(this.#index, this.#course);
    return this.#made;
  }

  peek(field: string): number | undefined {
    if (field === 'created_at') return Math.floor(this.created / 1_000) * 1_000;
    if (field === 'updated_at') return this.#course.updated;
    return field === 'latest_message_time' && this.#course.messages > 0 ? this.#course.latest : undefined;
  }
}
