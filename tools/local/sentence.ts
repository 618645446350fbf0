/** A failure whose message is one sentence for the person at the terminal: shown as it is, without a stack. */
export class Sentence extends Error {
  override readonly name = 'Sentence';
}
