/** A file that typed services turn into, ready for review. */
export interface RenderedFile {
  /** Path relative to the project's root, with `/`. */
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}

/** The sources under assets/, by path: `units/main.service.mustache`. */
export type Assets = Readonly<Record<string, string>>;
