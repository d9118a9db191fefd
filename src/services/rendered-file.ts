/** A file that is rendered from typed services, ready for review. */
export interface RenderedFile {
  /** Path relative to the project's root, with `/`. */
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}
