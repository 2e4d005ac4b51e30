/** What counts beside the text. */
export interface Options {
  /** Release of rke to answer for, as "v1.6.3"; default: the newest whose behaviour was measured. */
  rke?: string;
  /** Counts instead of the text's own kubernetes_version. */
  kubernetes_version?: string;
  /** The name that the answer gives the text; default: "cluster.yml". */
  path?: string;
  /** check(): address of Drydock's docs, ending in "/"; each finding's url is then the page of its rule. */
  docs?: string;
  /** images(): also those that this cluster does not need. */
  all?: boolean;
  /** fix(): also fixes that may change what was meant. */
  unsafe_fixes?: boolean;
}

export type Severity = "error" | "warning" | "note";

export interface Report {
  version: 1;
  files: FileReport[];
}

export interface FileReport {
  path: string;
  rke: Verdict;
  findings: Finding[];
}

export interface Finding {
  /** As "D301". */
  code: string;
  name: string;
  severity: Severity;
  message: string;
  /** As "private_registries[0].ecrCredentialPlugin"; empty for the whole text. */
  at: string;
  start: Place;
  end: Place;
  related: { message: string; start: Place; end: Place }[];
  help: string | null;
  /** Page of the rule; null without the option docs. */
  url: string | null;
  /** rke's own text where it refuses the file for this. */
  rke_error: string | null;
  /** This is the error that rke reports. */
  stops_rke: boolean;
  fixes: Fix[];
}

export interface Fix {
  title: string;
  safety: "safe" | "uncertain" | "placeholder";
  edits: { start: Place; end: Place; text: string }[];
}

/** Line and column from 1, the column in characters; the offset from 0, in bytes of UTF-8. */
export interface Place {
  line: number;
  column: number;
  offset: number;
}

export interface Verdict {
  rke: string;
  kubernetes_version: string | null;
  outcome: "ok" | "error" | "panic";
  /** Where rke stops before it touches a host. */
  stage: "parse" | "init" | null;
  /** rke's exact text. */
  error: string | null;
  hostcount_error: string | null;
  /** By rke's key, with the JSON names of rke's types; secrets masked. */
  registries: Record<string, Record<string, unknown>>;
  kubelet_docker_config: { auths?: Record<string, { auth: string }>; credHelpers?: Record<string, string> } | null;
}

export interface Login {
  /** The key of `registries` that rke finds for the image. */
  registry: string | null;
  /** Credentials are sent. */
  auth: boolean;
  error: string | null;
}

export interface Explanation extends Verdict {
  path: string;
  system_images: Record<string, Login & { image: string }>;
  addon_images: Record<string, string[]>;
}

export interface Image extends Login {
  /** Of system_images. */
  key: string;
  image: string;
  /** The version's own image: what a mirror copies from. */
  upstream: string | null;
  source: "file" | "version" | "default-registry";
  /** Empty: not needed by this cluster. */
  needed_for: string[];
}

export interface Fixed {
  text: string;
  /** How many fixes were applied. */
  count: number;
}

export interface Artifact {
  id: string;
  /** Name for the download. */
  file: string;
  language: string;
  text: string;
  why: string;
  /** What a person must bring or do, one sentence each. */
  needs: string[];
}

export interface Generator {
  id: string;
  family: string;
  title: string;
  file: string;
  language: string;
  questions: { key: string; question: string; choices: string[] }[];
}

export interface Versions {
  drydock: string;
  /** The release that is answered for without `rke`. */
  rke: string;
  rke_releases: string[];
  /** Kubernetes versions that this release has images for. */
  kubernetes: string[];
}
