// Builds dist, which the daemon embeds: index.html, one script and one style sheet, named
// by their content. With --check nothing is written, and it fails when dist is stale.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const budget = 200_000; // bytes, all together, gzipped

async function bundle() {
  const out = await build({
    absWorkingDir: root,
    entryPoints: { app: "src/main.tsx" },
    outdir: "out",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    legalComments: "none",
    write: false,
  });
  const named = (end) => out.outputFiles.find((f) => f.path.endsWith(end)).text;
  return { js: named(".js"), css: named(".css") };
}

/** files are name → text. */
async function files() {
  const { js, css } = await bundle();
  const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 12);
  const script = `app-${hash(js)}.js`;
  const style = `app-${hash(css)}.css`;
  const page = readFileSync(join(root, "src/index.html"), "utf8").replace("app.js", script).replace("app.css", style);
  return new Map([["index.html", page], [script, js], [style, css]]);
}

const all = await files();
const size = [...all.values()].reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
if (size > budget) {
  console.error(`the console has ${size} bytes gzipped: more than ${budget}`);
  process.exit(1);
}

if (!process.argv.includes("--check")) {
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) if (!all.has(name)) rmSync(join(dist, name));
  for (const [name, text] of all) writeFileSync(join(dist, name), text);
  console.log(`dist: ${size} bytes gzipped`);
} else {
  const stale = [...all].some(([name, text]) => !existsSync(join(dist, name)) || readFileSync(join(dist, name), "utf8") !== text);
  if (stale || readdirSync(dist).length !== all.size) {
    console.error("dist is stale: run `npm run build`");
    process.exit(1);
  }
}
