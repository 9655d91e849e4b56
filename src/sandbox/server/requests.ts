/** One request as it came, and how it ended. */
export interface RequestRecord {
  /** `GET /issues/{id}` */
  readonly endpoint: string;
  readonly method: string;
  /** With its placeholders filled in, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** 0 where the connection was cut instead of answered, or no answer was given yet. */
  status: number;
  /** Epoch milliseconds by Pylon's clock. */
  readonly at: number;
  /** Refused because the limit of its endpoint was spent by this sandbox's own clients. */
  ownLimit: boolean;
}

/** The last requests, in order of arrival. */
export interface RequestLog {
  readonly records: readonly RequestRecord[];
  add(record: RequestRecord): RequestRecord;
  /** Since the start: requests, and refusals for the limit, by endpoint. */
  counts(): Readonly<Record<string, { requests: number; own429: number }>>;
  /** A record's request was refused for the limit. */
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
