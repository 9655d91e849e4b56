/** The same function, which keeps what it made lately, at most so many values: for what is costly and always the same. */
export function remembered<Key, Made>(make: (key: Key) => Made, most: number): (key: Key) => Made {
  const made = new Map<Key, Made>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    if (made.size >= most) made.clear();
    made.set(key, value);
    return value;
  };
}
