/**
 * Writes a page: a table of contents, and options in a table right under the function that takes
 * them.
 */
import { ReflectionKind } from 'typedoc';
import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown';
import { optionsOf } from './pages.mjs';

/** A section this small needs no heading: `**Returns** …` */
const inline = (text) => text.replace(/^#+ (.*)\n+/, '**$1** ');

const escape = (text) => text.replaceAll(/(?<!\\)\|/g, '\\|').replaceAll('\n', ' ');

/** Returns the first sentence of a member's comment. */
function summary(context, member) {
  const comment = member.signatures?.[0]?.comment ?? member.comment;
  const text = comment ? (context.helpers.getDescriptionForComment(comment) ?? '') : '';
  return escape(/^.*?(?<! al)\.(?= |$)/s.exec(text)?.[0] ?? text);
}

const title = (member) => `${member.name}${member.signatures ? '()' : ''}`;

const linkTo = (context, member) => `[${title(member)}](${context.urlTo(member)})`;

/** Lists every member with its purpose. */
function indexTable(context, members) {
  const rows = members.map((each) => `| ${linkTo(context, each)} | ${summary(context, each)} |`);
  return ['| Name | What it is |', '| :-- | :-- |', ...rows].join('\n');
}

const byName = (a, b) => a.name.localeCompare(b.name, 'en');

/** Returns a page of a namespace's members, such as `types`, where it has one. */
const pageOf = ({ children }, page) =>
  children.find(({ kind, name }) => kind === ReflectionKind.Module && name === page);
const typesOf = (model) => pageOf(model, 'types');

/** Lists a namespace's functions and classes, and the page of its types. */
function indexOf(context, namespace) {
  const types = typesOf(namespace);
  const members = [
    ...namespace.children.filter(({ kind }) => kind !== ReflectionKind.Module),
    ...(pageOf(namespace, 'activations')?.children ?? []),
  ];
  return [
    `## [${namespace.name}](${context.urlTo(namespace)})`,
    context.partials.comment(namespace.comment, {}),
    indexTable(context, members.sort(byName)),
    ...(types ? [`[Types of ${namespace.name}](${context.urlTo(types)})`] : []),
  ].join('\n\n');
}

/** Makes the project's page, which lists everything. */
function projectIndex(context, project) {
  const { Module, Namespace } = ReflectionKind;
  const aliases = project.children.find(({ name }) => name === 'aliases');
  const own = project.children.filter(({ kind }) => kind !== Module && kind !== Namespace);
  const namespaces = project.children.filter(({ kind }) => kind === Namespace).sort(byName);
  const functions = own.filter((each) => each.kind === ReflectionKind.Function);
  return [
    indexTable(context, own),
    `[Types of the trainer and its runs](${context.urlTo(typesOf(project))}), and [their unions](${context.urlTo(aliases)})`,
    ...namespaces.map((each) => indexOf(context, each)),
    ...functions.map((each) => context.partials.memberContainer(each, { headingLevel: 2 })),
  ].join('\n\n');
}

const capitalised = (name) => name[0].toUpperCase() + name.slice(1);

/** Makes a line of links for each group of members. */
function contents(context, model) {
  const groups = (model.groups ?? [])
    .filter(({ title }) => title !== 'Constructors' && title !== 'Properties')
    .map(({ title, children }) => {
      // [Symbol.dispose] is left out, for its name is no text of a link.
      const named = children.filter(({ name }) => !name.startsWith('['));
      const links = named.map((child) => linkTo(context, child));
      return `- ${title}: ${links.join(' · ')}`;
    });
  const pages = ['activations', 'types'].flatMap((name) => pageOf(model, name) ?? []);
  const links = pages.map((page) => `- [${capitalised(page.name)}](${context.urlTo(page)})`);
  return [...groups, ...links].join('\n');
}

/** Makes the rows of the options that a parameter takes, beside the function. */
function optionTables(context, parameters) {
  return parameters.flatMap((parameter) => {
    const options = optionsOf(parameter);
    if (!options) return [];
    const rows = context.partials.propertiesTable(options.children, { kind: options.kind });
    const text = parameter.comment ? context.partials.comment(parameter.comment, {}) : '';
    return [...(text ? [text] : []), rows.replace('| Property |', '| Option |')];
  });
}

const partials = (context, base) => ({
  comment: (model, options = {}) =>
    base
      .comment(model, { ...options, headingLevel: undefined })
      .replaceAll(/\*\*(Throws|Returns|See)\*\*\n+/g, '**$1** '),

  signature(model, options) {
    const { parameters = [] } = model;
    const plain = parameters.filter((each) => !optionsOf(each));
    const comment = options.multipleSignatures
      ? model.comment
      : (model.comment ?? model.parent?.comment);
    const part = (show) => (comment ? [context.partials.comment(comment, show)] : []);
    return [
      ...(options.hideTitle ? [] : [context.partials.signatureTitle(model, options)]),
      ...part({ showSummary: true, showTags: false }),
      ...(plain.length > 0 ? [context.partials.parametersTable(plain)] : []),
      ...optionTables(context, parameters),
      ...(model.type ? [context.partials.signatureReturns(model, options)] : []),
      ...part({ showSummary: false, showTags: true }),
    ].join('\n\n');
  },

  signatureReturns(model, options) {
    const text = inline(base.signatureReturns(model, options));
    const says = model.type.type !== 'intrinsic' || model.comment?.getTag('@returns');
    return says ? text : '';
  },

  accessor: (model) =>
    [model.getSignature, model.setSignature]
      .filter(Boolean)
      .flatMap((each) => [
        context.partials.signatureTitle(each, {
          accessor: each === model.getSignature ? 'get' : 'set',
        }),
        each.comment ? context.partials.comment(each.comment, {}) : '',
      ])
      .join('\n\n'),

  // The table of properties has the inherited ones.
  hierarchy: () => '',

  body: (model, options) =>
    model.kind === ReflectionKind.Project
      ? projectIndex(context, model)
      : base.body(model, options),

  memberWithGroups(model, options) {
    const text = base.memberWithGroups(model, options);
    if (context.page.model !== model || model.kind === ReflectionKind.Project) return text;
    const first = model.comment ? context.partials.comment(model.comment, {}) : '';
    return [first, contents(context, model), text.slice(first.length)].join('\n\n');
  },
});

class ReferenceContext extends MarkdownThemeContext {
  constructor(...parts) {
    super(...parts);
    this.partials = { ...this.partials, ...partials(this, this.partials) };
  }
}

/** The theme. */
export class ReferenceTheme extends MarkdownTheme {
  getRenderContext(page) {
    return new ReferenceContext(this, page, this.application.options);
  }
}
