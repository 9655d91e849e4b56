/** One request, and its answer. */
export interface RequestRecord {
  /** `GET /issues/{id}` */
  readonly endpoint: string;
  readonly method: string;
  /** The path, with its placeholders filled in and without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The status; 0 if the connection was cut, or if there is no answer yet. */
  status: number;
  /** Epoch milliseconds by Pylon's clock. */
  readonly at: number;
  /** Whether it was refused because clients of this sandbox had used up the limit of its endpoint. */
  ownLimit: boolean;
}

/** The last requests, in order of arrival. */
export interface RequestLog {
  readonly records: readonly RequestRecord[];
  add(record: RequestRecord): RequestRecord;
  /** Requests and refusals for the limit since the start, by endpoint. */
  counts(): Readonly<Record<string, { requests: number; own429: number }>>;
  /** Notes that a request was refused for the limit. */
  refuse(record: RequestRecord): void;
}

const KEPT = 200_000;

export function newRequestLog(): RequestLog {
  const records: RequestRecord[] = [];
  const counts: Record<string, { requests: number; own429: number }> = {};
  const countOf = (endpoint: string) => {
    counts[endpoint] ??= { requests: 0, own429: 0 };
    return counts[endpoint];
  };
  return {
    records,
    add: (record) => {
      countOf(record.endpoint).requests += 1;
      if (records.length >= KEPT * 1.1) records.splice(0, records.length - KEPT + 1);
      records.push(record);
      return record;
    },
    counts: () => counts,
    refuse: (record) => {
      record.ownLimit = true;
      countOf(record.endpoint).own429 += 1;
    },
  };
}
