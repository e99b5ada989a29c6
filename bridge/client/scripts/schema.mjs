// JSON Schema (draft 2020-12, the part that the API uses) to TypeScript.

const identifier = /^[A-Za-z_$][\w$]*$/;

const key = (name) => (identifier.test(name) ? name : JSON.stringify(name));

/** refName is the name of the schema that ref is to. */
export const refName = (ref) => {
  const [, name] = /^#\/components\/schemas\/([A-Za-z_]\w*)$/.exec(ref) ?? [];
  if (name === undefined) throw new Error(`cannot follow the reference ${ref}: it must be to a schema of the components`);
  return name;
};

/** comment is text as a doc comment, "" for none. */
export const comment = (text, indent) => (text ? `${indent}/** ${text.replaceAll("*/", "* /").replace(/\s+/g, " ")} */\n` : "");

const scalars = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

const joined = (schemas, glue, indent) => [...new Set(schemas.map((s) => typeOf(s, indent)))].join(glue);

/** grouped is a type that may stand before [] or &. */
const grouped = (type) => (/^[^{(]*[|&]/.test(type) || type.startsWith("readonly ") ? `(${type})` : type);

/** object is the body of an interface. */
export function object(schema, indent = "") {
  const inner = `${indent}  `;
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, s]) => `${comment(s.description, inner)}${inner}readonly ${key(name)}${required.has(name) ? "" : "?"}: ${typeOf(s, inner)};\n`,
  );
  return members.length === 0 ? "{}" : `{\n${members.join("")}${indent}}`;
}

/** typeOf is the type of the values that schema admits. What it does not restrict is unknown. */
export function typeOf(schema, indent = "") {
  if (schema === true || schema === undefined) return "unknown";
  if (schema.$ref) return refName(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (schema.oneOf ?? schema.anyOf) return joined(schema.oneOf ?? schema.anyOf, " | ", indent);
  if (schema.allOf) return schema.allOf.map((s) => grouped(typeOf(s, indent))).join(" & ");
  if (Array.isArray(schema.type)) return joined(schema.type.map((type) => ({ ...schema, type })), " | ", indent);
  if (schema.type === "array") return `readonly ${grouped(typeOf(schema.items, indent))}[]`;
  if (schema.properties) return object(schema, indent);
  if (schema.type === "object") return `Readonly<Record<string, ${typeOf(schema.additionalProperties, indent)}>>`;
  if (schema.type === undefined) return "unknown";
  if (!Object.hasOwn(scalars, schema.type)) throw new Error(`cannot write the type ${schema.type}`);
  return scalars[schema.type];
}
