/** Whether two may want the same thing at the same time. */
export type Contend<T> = (a: T, b: T) => boolean;

/** A task and all others that may want the same thing, directly or through each other; tasks besides them cannot disturb it. */
export function contendersOf<T>(task: T, tasks: readonly T[], contend: Contend<T>): T[] {
  const group = [task];
  for (const member of group)
    for (const other of tasks) if (contend(member, other) && !group.includes(other)) group.push(other);
  return group;
}

/** What every task gets, worked out for each group of contenders apart; undefined when one of them can not be served. */
export function assignInGroups<T, Share>(
  tasks: readonly T[],
  contend: Contend<T>,
  assign: (group: readonly T[]) => readonly Share[] | undefined,
): Share[] | undefined {
  const shares = new Map<T, Share>();
  for (const task of tasks) {
    if (shares.has(task)) continue;
    const together = contendersOf(task, tasks, contend);
    const inOrder = tasks.filter((other) => together.includes(other));
    const found = assign(inOrder);
    if (found === undefined) return undefined;
    for (const [index, share] of found.entries()) shares.set(inOrder[index] as T, share);
  }
  return tasks.map((task) => shares.get(task) as Share);
}
