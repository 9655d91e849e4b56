/** Answers whose `Date` header `change` has made; undefined takes it away. */
const dated =
  (change: (date: number) => number | undefined): typeof fetch =>
  async (input, init) => {
    const { body, status, headers } = await fetch(input, init);
    const changed = new Headers(headers);
    const date = change(Date.parse(headers.get('date') ?? ''));
    if (date === undefined) changed.delete('date');
    else changed.set('date', new Date(date).toUTCString());
    return new Response(body, { status, headers: changed });
  };

/** Answers that do not say what time it is at Pylon. */
export const dateless = dated(() => undefined);

/** Answers of a proxy whose clock is ahead, or behind, by so much. */
export const askew = (seconds: number) => dated((date) => date + seconds * 1_000);
