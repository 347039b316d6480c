/** Values that a chart knows: a key per child, and whether any key is allowed below. */
export interface ValueTree {
  open: boolean;
  readonly children: Map<string, ValueTree>;
}

export function emptyTree(): ValueTree {
  return { open: false, children: new Map() };
}

/** The node at a path, created if it is missing. */
export function nodeAt(tree: ValueTree, path: readonly string[]): ValueTree {
  let node = tree;
  for (const key of path) {
    const child = node.children.get(key) ?? emptyTree();
    node.children.set(key, child);
    node = child;
  }
  return node;
}

export function has(tree: ValueTree, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  const child = tree.children.get(key);
  return child !== undefined && has(child, rest);
}

/** Every path of the tree, parents before their children. */
export function pathsOf(tree: ValueTree, above: readonly string[] = []): readonly (readonly string[])[] {
  return [...tree.children].flatMap(([key, child]) => {
    const path = [...above, key];
    return [path, ...pathsOf(child, path)];
  });
}
