/** A page of HTML → its text as a reader has it, and what is wrong with it: what is not closed, what runs, what would be fetched. */
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, html as names, parse } from "parse5";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const isText = defaultTreeAdapter.isTextNode;
const isElement = defaultTreeAdapter.isElementNode;

/** Elements that never close. */
const VOID: ReadonlySet<string> = new Set(["meta", "br", "hr", "img", "input", "link", "base"]);
/** Elements that go on in the line they stand in. */
const INLINE: ReadonlySet<string> = new Set(["bdi", "span", "tspan", "code"]);

function* elementsOf(node: { readonly childNodes: readonly Node[] }): Generator<Element> {
  for (const child of node.childNodes) {
    if (!isElement(child)) continue;
    yield child;
    yield* elementsOf(child);
  }
}

/** Of a whole page; other elements than those of a line begin a new one. */
export function textOf(page: string): string {
  const text = (node: Node): string => {
    if (isText(node)) return node.value;
    if (!isElement(node) || node.tagName === "style") return "";
    const inner = node.childNodes.map(text).join("");
    return INLINE.has(node.tagName) ? inner : `\n${inner}\n`;
  };
  return parse(page).childNodes.map(text).join("");
}

export function faultsOf(page: string): string[] {
  const errors: string[] = [];
  const tree = parse(page, {
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine }) => errors.push(`line ${startLine}: ${code}`),
  });
  return [...errors, ...[...elementsOf(tree)].flatMap(faultsOfElement)];
}

function faultsOfElement({ tagName, attrs, sourceCodeLocation, namespaceURI, childNodes }: Element) {
  const isClosed = sourceCodeLocation?.endTag !== undefined || VOID.has(tagName) || namespaceURI !== names.NS.HTML;
  const style = tagName === "style" ? childNodes.map((node) => (isText(node) ? node.value : "")).join("") : "";
  return [
    ...(isClosed ? [] : [`${tagName} is not closed`]),
    ...(/^(script|link|iframe|object|embed|img|base|form)$/.test(tagName) ? [`there is an element ${tagName}`] : []),
    ...attrs
      .filter(({ name }) => /^(on.*|src|srcset|href|action|data)$/.test(name))
      .map(({ name }) => `${tagName} has ${name}`),
    ...[style, ...attrs.map(({ value }) => value)]
      .filter((text) => /url\(|@import/i.test(text))
      .map(() => `${tagName} fetches`),
  ];
}
