// Nodes that stay as long as what they show does, so that text on the screen is neither drawn again nor moved.

export class Rows {
  constructor() {
    this.known = new Map(); // key -> {shown, node}
    this.marksNew = false; // whether a row that was not there before is marked as new
  }

  /** The node for `key`: made again only if something in `shown` is not what it was (by identity). */
  row(key, shown, make) {
    const known = this.known.get(key);
    if (known && isSame(known.shown, shown)) return known.node;
    const node = make();
    if (known) known.node.replaceWith(node);
    else if (this.marksNew) node.classList.add("is-new");
    this.known.set(key, { shown, node });
    return node;
  }
}

function isSame(one, other) {
  return one.length === other.length && one.every((value, n) => value === other[n]);
}

/** Makes the wanted nodes the children of a parent, in order, moving none that is in its place. */
export function place(parent, wanted) {
  const staying = new Set(wanted);
  let at = parent.firstChild;
  // What goes is gone before the next one is put beside it, or all that follows would have to move.
  const clear = () => {
    while (at && !staying.has(at)) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  };
  clear();
  for (const node of wanted) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    clear();
  }
}
