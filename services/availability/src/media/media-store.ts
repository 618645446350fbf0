/** Where the bytes of files are kept. A name is of our making: an id, a slash and a word. */
export interface MediaStore {
  /** Keeps a file; whoever reads it sees all of it or nothing. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** The file's bytes in pieces. Throws when there is no such file. */
  get(name: string): AsyncIterable<Buffer>;
}
