/**
 * Chooses the pages: one for a namespace with its functions, one for the types of a namespace that
 * has many, one for a class. Options have no section of their own: they stand beside what takes
 * them.
 */
import { readFileSync } from 'node:fs';
import { Comment, DeclarationReflection, ReflectionGroup, ReflectionKind, Slugger } from 'typedoc';
import { MemberRouter } from 'typedoc-plugin-markdown';

/** A namespace with more types than this has a page for them. */
const fewTypes = 2;

const typeKinds = ReflectionKind.Interface | ReflectionKind.TypeAlias;

/** Options by the first function that takes them. */
const owners = new Map();

/** Returns the interface that a parameter takes its options by, if any. */
export function optionsOf(parameter) {
  if (!['options', 'fields'].includes(parameter.name)) return undefined;
  let target = parameter.type?.reflection;
  // The type is an alias of other options, such as AdamWOptions.
  while (target?.kindOf(ReflectionKind.TypeAlias) && target.type?.reflection)
    target = target.type.reflection;
  return target?.kindOf(ReflectionKind.Interface) ? target : undefined;
}

/** Returns every function, method and constructor below a reflection. */
function* callables(reflection) {
  for (const child of reflection.children ?? [])
    if (child.signatures) yield child;
    else if (child.kindOf(ReflectionKind.Namespace | ReflectionKind.Class)) yield* callables(child);
}

/** Leaves out and adds members. */
function setChildren(parent, keep, ...added) {
  for (const list of ['children', 'childrenIncludingDocuments'])
    parent[list] = [...(parent[list] ?? []).filter(keep), ...added];
  for (const group of parent.groups ?? []) group.children = group.children.filter(keep);
  parent.groups = parent.groups?.filter((group) => group.children.length > 0);
}

/** Takes options out of the lists of members; `owners` remembers where they were. */
function moveOptions(project) {
  for (const callable of callables(project))
    for (const parameter of callable.signatures.flatMap(({ parameters = [] }) => parameters)) {
      const alias = parameter.type?.reflection;
      const options = optionsOf(parameter);
      if (!options) continue;
      for (const each of new Set([options, alias]))
        if (!owners.has(each)) {
          setChildren(each.parent, (child) => child !== each);
          owners.set(each, callable);
        }
    }
  // The page of a link is the parent's.
  for (const [options, callable] of owners) options.parent = callable.parent;
}

const pagedKinds = [ReflectionKind.Function, ReflectionKind.Interface, ReflectionKind.TypeAlias];

/** Makes a page for some members of a parent. */
function memberPage(project, parent, name, members) {
  const page = new DeclarationReflection(name, ReflectionKind.Module, parent);
  page.children = members;
  page.groups = pagedKinds.map((kind) => {
    const group = new ReflectionGroup(ReflectionKind.pluralString(kind), page);
    group.children = members.filter((member) => member.kindOf(kind));
    return group;
  });
  page.groups = page.groups.filter((group) => group.children.length > 0);
  for (const member of members) member.parent = page;
  project.registerReflection(page);
  return page;
}

/** Returns the name of the type that a function returns. */
const returned = ({ kind, signatures }) =>
  kind === ReflectionKind.Function ? signatures[0].type.name : undefined;

/** Layers of pictures and series, and the types that belong to them alone. */
const windowed = /^(Depthwise)?Conv[12]d|Pool([12]d)?Layer$|^Upsample|^Extents$|^Padding$/;

/** Moves activations and the layers of windows to pages of their own, because the others fill a page. */
function moveLayers(project, nn) {
  const move = (name, belongs) => {
    const members = nn.children.filter(belongs);
    const page = memberPage(project, nn, name, members);
    setChildren(nn, (child) => !members.includes(child), page);
  };
  move('activations', (child) => returned(child) === 'ActivationLayer');
  move('windows', (child) => windowed.test(returned(child) ?? '') || windowed.test(child.name));
  for (const [options, callable] of owners) options.parent = callable.parent;
}

/**
 * Moves many types to a page of their own; the package's own types make two pages that are short
 * enough.
 */
function moveTypes(project, parent) {
  const types = parent.children.filter((child) => child.kindOf(typeKinds));
  if (types.length <= fewTypes) return;
  const [interfaces, aliases] = [ReflectionKind.Interface, ReflectionKind.TypeAlias].map((kind) =>
    types.filter((type) => type.kindOf(kind)),
  );
  const pages =
    parent === project
      ? [
          memberPage(project, parent, 'types', interfaces),
          memberPage(project, parent, 'aliases', aliases),
        ]
      : [memberPage(project, parent, 'types', types)];
  setChildren(parent, (child) => !types.includes(child), ...pages);
}

/** A namespace's text is the first comment of its file. */
function describe(namespace) {
  const line = new RegExp(`export \\* as ${namespace.name} from '\\./(.*)\\.js'`);
  const [, file] = line.exec(readFileSync('src/index.ts', 'utf8'));
  const [, comment] = /^\/\*\*(.*?)\*\//s.exec(readFileSync(`src/${file}.ts`, 'utf8'));
  const text = comment.replaceAll('\n *', '\n').trim();
  namespace.comment = new Comment([{ kind: 'text', text }]);
}

/** Makes the pages of what TypeDoc has read. */
export function arrange(project) {
  const namespaces = project.children.filter(({ kind }) => kind === ReflectionKind.Namespace);
  for (const namespace of namespaces) describe(namespace);
  moveOptions(project);
  moveLayers(
    project,
    namespaces.find(({ name }) => name === 'nn'),
  );
  for (const parent of [project, ...namespaces]) moveTypes(project, parent);
}

const pageKinds = ReflectionKind.Namespace | ReflectionKind.Module | ReflectionKind.Class;

/** Kinds that have a heading or a page, in the order of a page; properties stand in tables. */
function headed({ groups = [], children = [] }) {
  const members = groups.flatMap((group) => group.children);
  const types = children.filter(({ kind }) => kind === ReflectionKind.Module);
  return [...members.filter((each) => !each.kindOf(ReflectionKind.Property)), ...types];
}

/**
 * `optim.md`, `optim.types.md`, `data.Dataset.md`, `Trainer.md`; a heading's anchor is its name.
 */
export class PageRouter extends MemberRouter {
  buildChildPages(reflection, pages) {
    if (reflection.kindOf(pageKinds)) {
      const url = `${reflection.getFullName()}${this.extension}`;
      this.fullUrls.set(reflection, url);
      this.sluggers.set(reflection, new Slugger(this.sluggerConfiguration));
      pages.push({ kind: this.getPageKind(reflection), model: reflection, url });
    } else this.setAnchor(reflection, this.getSlugger(reflection).slug(reflection.name));
    for (const child of headed(reflection)) this.buildChildPages(child, pages);
  }

  buildPages(project) {
    const pages = super.buildPages(project);
    for (const [options, callable] of owners) this.setAnchor(options, this.getAnchor(callable));
    return pages;
  }

  setAnchor(reflection, anchor) {
    let page = reflection.parent;
    while (!this.sluggers.has(page)) page = page.parent;
    for (const each of [reflection, ...(reflection.signatures ?? [])]) {
      this.fullUrls.set(each, `${this.fullUrls.get(page)}#${anchor}`);
      this.anchors.set(each, anchor);
    }
  }
}
