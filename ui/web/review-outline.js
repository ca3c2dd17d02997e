// The outline of a recording as a time line draws it: pairs of the least and the greatest sample of each stretch.

/** One channel, as [least, greatest, …], in at most `most` pairs: stretches side by side become one. */
export function coarser(channel, most) {
  const each = Math.ceil(channel.length / 2 / most);
  if (each <= 1) return channel;
  const pairs = new Float32Array(2 * Math.ceil(channel.length / 2 / each));
  for (let at = 0; at < channel.length; at += 2) {
    const to = 2 * Math.floor(at / 2 / each);
    pairs[to] = Math.min(pairs[to], channel[at]);
    pairs[to + 1] = Math.max(pairs[to + 1], channel[at + 1]);
  }
  return pairs;
}
